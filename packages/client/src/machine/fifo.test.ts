import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('items leave in the order they came in, however many and whenever', () => {
  const queue = new Fifo<number>();
  let next = 0;
  let expected = 0;
  for (let round = 1; round <= 200; round++) {
    for (let index = 0; index < round; index++) queue.push(next++);
    for (let index = 0; index < round - (round % 3); index++) expect(queue.shift()).toBe(expected++);
    expect(queue.length).toBe(next - expected);
    expect(queue.first).toBe(next === expected ? undefined : expected);
  }
  expect(queue.clear()).toEqual(Array.from({ length: next - expected }, (_, index) => expected + index));
  expect([queue.length, queue.shift(), queue.first]).toEqual([0, undefined, undefined]);
});

test('one that does not wait any more is left out', () => {
  const queue = new Fifo<string>();
  for (const item of ['a', 'b', 'c', 'd']) queue.push(item);
  queue.shift();
  queue.remove('c');
  queue.remove('a');
  expect(queue.clear()).toEqual(['b', 'd']);
});
