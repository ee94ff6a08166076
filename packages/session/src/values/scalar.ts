import { DblinkError } from '../errors.ts';

/** Reads the text of a value that is not NULL. */
export type ReadValue = (text: string) => unknown;

function invalid(type: string, text: string): DblinkError {
  return new DblinkError({ sqlState: '22P02', message: `invalid input syntax for type ${type}: "${text}"` });
}

function outOfRange(type: string, text: string): DblinkError {
  return new DblinkError({ sqlState: '22003', message: `value "${text}" is out of range for type ${type}` });
}

function integer(type: string, lowest: bigint, highest: bigint): (text: string) => bigint {
  return (text) => {
    if (!/^\s*[-+]?\d+\s*$/.test(text)) throw invalid(type, text);
    const value = BigInt(text.trim().replace(/^\+/, ''));
    if (value < lowest || value > highest) throw outOfRange(type, text);
    return value;
  };
}

const int2 = integer('smallint', -(2n ** 15n), 2n ** 15n - 1n);
const int4 = integer('integer', -(2n ** 31n), 2n ** 31n - 1n);
const int8 = integer('bigint', -(2n ** 63n), 2n ** 63n - 1n);
const oid = integer('oid', 0n, 2n ** 32n - 1n);

function float(type: string): ReadValue {
  return (text) => {
    const trimmed = text.trim();
    const special = /^([-+]?)(?:inf|infinity)$/i.exec(trimmed);
    if (special !== null) return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    if (/^nan$/i.test(trimmed)) return Number.NaN;
    if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) throw invalid(type, text);
    return Number(trimmed);
  };
}

function bool(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word === '1' || word === 'on' || isStartOf(word, 'true') || isStartOf(word, 'yes')) return true;
  if (word === '0' || word === 'of' || word === 'off' || isStartOf(word, 'false') || isStartOf(word, 'no'))
    return false;
  throw invalid('boolean', text);
}

const isStartOf = (word: string, whole: string): boolean => word !== '' && whole.startsWith(word);

function json(type: string): ReadValue {
  return (text) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw invalid(type, text);
    }
  };
}

/** Both output forms: hex, and the escape form of `bytea_output = escape`. */
function bytea(text: string): Uint8Array {
  if (text.startsWith('\\x')) {
    const digits = text.slice(2);
    if (!/^([0-9a-f]{2})*$/i.test(digits)) throw invalid('bytea', text);
    return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
      Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
    );
  }
  const bytes: number[] = [];
  for (const [piece, octal] of text.matchAll(/\\([0-3][0-7]{2})|\\\\|[^\\]|\\/g)) {
    if (piece === '\\' || (piece.codePointAt(0) ?? 0) > 0x7f) throw invalid('bytea', text);
    bytes.push(octal === undefined ? piece.charCodeAt(piece.length - 1) : Number.parseInt(octal, 8));
  }
  return Uint8Array.from(bytes);
}

const READERS: ReadonlyMap<string, ReadValue> = new Map<string, ReadValue>([
  ['bool', bool],
  ['int2', (text) => Number(int2(text))],
  ['int4', (text) => Number(int4(text))],
  ['int8', int8],
  ['oid', (text) => Number(oid(text))],
  ['float4', float('real')],
  ['float8', float('double precision')],
  ['json', json('json')],
  ['jsonb', json('jsonb')],
  ['bytea', bytea],
]);

/** The reader of a type by its name in pg_type; every type without one is its text. */
export function readerOf(typeName: string): ReadValue {
  return READERS.get(typeName) ?? ((text) => text);
}
