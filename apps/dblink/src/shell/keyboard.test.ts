import { expect, it } from 'vitest';
import { piecesOf } from './keyboard.ts';

const cut = (text: string): string[] => piecesOf(Buffer.from(text)).map((piece) => Buffer.from(piece).toString());

it('typed bytes are cut behind what ends a line', () => {
  expect(cut('')).toEqual([]);
  expect(cut('half')).toEqual(['half']);
  expect(cut('one\rtwo\nthr')).toEqual(['one\r', 'two\n', 'thr']);
  expect(cut('\r\r')).toEqual(['\r', '\r']);
  expect(cut('drop\u0003keep\u0004\r')).toEqual(['drop\u0003', 'keep\u0004', '\r']);
  expect(cut('ü漢\r')).toEqual(['ü漢\r']);
});

it('Enter as two bytes is one key', () => {
  expect(cut('one\r\ntwo\r\n')).toEqual(['one\r', 'two\r']);
});
