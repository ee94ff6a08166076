import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { ByteCursor } from './byte-cursor.ts';
import { wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

/** Text search values as the text that the server writes (manual: "Text Search Types"). */

const WEIGHTS = ['', 'C', 'B', 'A'] as const;
const NOT = 1;
const AND = 2;
const OR = 3;
const PHRASE = 4;
/** How tightly operators bind, as tsquery's output sees it. */
const PRIORITY: Readonly<Record<number, number>> = { [OR]: 1, [AND]: 2, [PHRASE]: 3, [NOT]: 4 };
/** Deeper than any query that a person writes; a hostile one must not exhaust the stack. */
const MAX_DEPTH = 1000;

function quoteLexeme(text: string): string {
  return `'${text.replace(/['\\]/g, '$&$&')}'`;
}

function vectorText(bytes: Uint8Array, start: number, end: number): string {
  const cursor = new ByteCursor('tsvector', bytes, start, end);
  const count = cursor.count(3);
  const lexemes: string[] = [];
  for (let index = 0; index < count; index++) {
    const lexeme = quoteLexeme(cursor.cstring());
    const positions = Array.from({ length: cursor.uint16() }, () => {
      const position = cursor.uint16();
      return `${position & 0x3fff}${WEIGHTS[position >> 14] ?? ''}`;
    });
    lexemes.push(positions.length === 0 ? lexeme : `${lexeme}:${positions.join()}`);
  }
  cursor.finish();
  return lexemes.join(' ');
}

/** A query's tree; operators come before their operands, the right one first. */
type Node =
  | { readonly kind: 'lexeme'; readonly text: string }
  | {
      readonly kind: 'operator';
      readonly operator: number;
      readonly distance: number;
      readonly operands: readonly Node[];
    };

function readNode(cursor: ByteCursor, depth: number): Node {
  if (depth > MAX_DEPTH) cursor.fail();
  const kind = cursor.byte();
  if (kind === 1) return readLexeme(cursor);
  if (kind !== 2) cursor.fail();
  const operator = cursor.byte();
  if (PRIORITY[operator] === undefined) cursor.fail();
  const distance = operator === PHRASE ? cursor.uint16() : 0;
  const right = readNode(cursor, depth + 1);
  const operands = operator === NOT ? [right] : [readNode(cursor, depth + 1), right];
  return { kind: 'operator', operator, distance, operands };
}

function readLexeme(cursor: ByteCursor): Node {
  const weights = cursor.byte();
  const isPrefix = cursor.byte() !== 0;
  const text = quoteLexeme(cursor.cstring());
  const letters = ['A', 'B', 'C', 'D'].filter((_, index) => weights & (8 >> index)).join('');
  const flags = (isPrefix ? '*' : '') + letters;
  return { kind: 'lexeme', text: flags === '' ? text : `${text}:${flags}` };
}

function nodeText(node: Node, parentPriority: number, isRightOfPhrase: boolean): string {
  if (node.kind === 'lexeme') return node.text;
  const priority = PRIORITY[node.operator] ?? 0;
  const [left, right = left] = node.operands;
  if (left === undefined || right === undefined) return '';
  if (node.operator === NOT) return `!${nodeText(left, priority, false)}`;
  const isPhrase = node.operator === PHRASE;
  const sign = isPhrase ? (node.distance === 1 ? '<->' : `<${node.distance}>`) : node.operator === AND ? '&' : '|';
  const text = `${nodeText(left, priority, false)} ${sign} ${nodeText(right, priority, isPhrase)}`;
  return priority < parentPriority || (isPhrase && isRightOfPhrase) ? `( ${text} )` : text;
}

function queryText(bytes: Uint8Array, start: number, end: number): string {
  const cursor = new ByteCursor('tsquery', bytes, start, end);
  const count = cursor.count(2);
  if (count === 0) return '';
  const root = readNode(cursor, 0);
  cursor.finish();
  return nodeText(root, 0, false);
}

function textSearchCodec(
  oid: number,
  arrayOid: number,
  name: string,
  decodeBinary: TypeCodec['decodeBinary'],
): TypeCodec {
  const requireText = (value: unknown): string => {
    if (typeof value !== 'string') throw wrongKind(name, 'a string');
    return value;
  };
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText: decodeUtf8Strict,
    decodeBinary,
    encodeText: requireText,
    // Lexemes must be normalised and sorted as the server does it: only text is sent.
    encodeBinary(): Uint8Array {
      throw wrongKind(name, 'sent as text');
    },
  };
}

export const textSearchCodecs: readonly TypeCodec[] = [
  textSearchCodec(3614, 3643, 'tsvector', vectorText),
  textSearchCodec(3615, 3645, 'tsquery', queryText),
];
