import { SqlBuildError } from './errors.ts';
import { quoteIdent } from './quote.ts';
import type { TokenCursor } from './token-cursor.ts';

/** A type as SQL names it. */
export interface TypeName {
  /** The schema, where the name has one. */
  readonly schema: string | undefined;
  /** The name in pg_type: `int4` for `int`, `timestamptz` for `timestamp with time zone`. */
  readonly name: string;
  /** The fields that an interval is restricted to: `day to second`. */
  readonly fields?: string | undefined;
  /** The texts in the parentheses after the name: `['10', '2']`. */
  readonly modifiers: readonly string[];
  readonly isArray: boolean;
  /** How many pairs of brackets were written, which the server does not hold anybody to. */
  readonly dimensions: number;
}

/** Types that the grammar knows by more than their name in pg_type. */
const ALIASES: Readonly<Record<string, string>> = {
  bigint: 'int8',
  boolean: 'bool',
  dec: 'numeric',
  decimal: 'numeric',
  int: 'int4',
  integer: 'int4',
  json: 'json',
  numeric: 'numeric',
  real: 'float4',
  smallint: 'int2',
  varchar: 'varchar',
};

/** The fields of an interval, each with those that may follow it after `TO`. */
const INTERVAL_FIELDS: Readonly<Record<string, readonly string[]>> = {
  year: ['month'],
  month: [],
  day: ['hour', 'minute', 'second'],
  hour: ['minute', 'second'],
  minute: ['second'],
  second: [],
};

/** Names in pg_type that the grammar has a rule for, so that they stand without quotes. */
const GRAMMAR_TYPES: ReadonlySet<string> = new Set([
  'bit',
  'interval',
  'json',
  'numeric',
  'time',
  'timestamp',
  'varchar',
]);

/** Reads a type name: the grammar's `Typename`. `SETOF` before it is the caller's to take. */
export function readTypeName(cursor: TokenCursor): TypeName {
  const base = readSimpleType(cursor);
  if (cursor.takeWord('array')) {
    if (cursor.takeSymbol('[')) {
      if (!cursor.takeInteger()) throw cursor.syntaxError();
      cursor.expectSymbol(']');
    }
    return { ...base, isArray: true, dimensions: 1 };
  }
  let dimensions = 0;
  while (cursor.takeSymbol('[')) {
    readBound(cursor);
    dimensions += 1;
  }
  return { ...base, isArray: dimensions > 0, dimensions };
}

type SimpleType = Omit<TypeName, 'isArray' | 'dimensions'>;

function readSimpleType(cursor: TokenCursor): SimpleType {
  const word = cursor.peekWord();
  switch (word) {
    case 'double':
      // By itself this is a word like any other.
      if (cursor.peekSecondWord() !== 'precision') return readGenericType(cursor);
      cursor.skip();
      cursor.expectWord('precision');
      return builtIn('float8');
    case 'float':
      cursor.skip();
      return builtIn(floatOf(readModifiers(cursor)));
    case 'bit': {
      cursor.skip();
      const name = cursor.takeWord('varying') ? 'varbit' : 'bit';
      return withLength(cursor, name);
    }
    case 'national':
      cursor.skip();
      if (!cursor.takeWord('character')) cursor.expectWord('char');
      return withLength(cursor, cursor.takeWord('varying') ? 'varchar' : 'bpchar');
    case 'char':
    case 'character':
    case 'nchar':
      cursor.skip();
      return withLength(cursor, cursor.takeWord('varying') ? 'varchar' : 'bpchar');
    case 'time':
    case 'timestamp':
      cursor.skip();
      return readTime(cursor, word);
    case 'interval':
      cursor.skip();
      return readInterval(cursor);
    case undefined:
      return readGenericType(cursor);
    default: {
      const alias = Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
      if (alias === undefined) return readGenericType(cursor);
      cursor.skip();
      return { ...builtIn(alias), modifiers: takesModifiers(alias) ? readModifiers(cursor) : [] };
    }
  }
}

function takesModifiers(name: string): boolean {
  return name === 'numeric' || name === 'varchar';
}

function builtIn(name: string): SimpleType {
  return { schema: undefined, name, modifiers: [] };
}

/** `char` and `bit` without a length have length 1; their varying forms have no limit. */
function withLength(cursor: TokenCursor, name: string): SimpleType {
  const given = readModifiers(cursor);
  const modifiers = given.length === 0 && (name === 'bpchar' || name === 'bit') ? ['1'] : given;
  return { ...builtIn(name), modifiers };
}

function readTime(cursor: TokenCursor, name: 'time' | 'timestamp'): SimpleType {
  const modifiers = readModifiers(cursor);
  const hasZone = cursor.peekWord() === 'with' && cursor.peekSecondWord() === 'time';
  if (hasZone || (cursor.peekWord() === 'without' && cursor.peekSecondWord() === 'time')) {
    cursor.skip();
    cursor.skip();
    cursor.expectWord('zone');
  }
  return { ...builtIn(hasZone ? `${name}tz` : name), modifiers };
}

/** The fields of an interval restrict what is stored; they do not make another type. */
function readInterval(cursor: TokenCursor): SimpleType {
  const first = takeOneOf(cursor, Object.keys(INTERVAL_FIELDS));
  const later = first === undefined ? [] : (INTERVAL_FIELDS[first] ?? []);
  const last = later.length > 0 && cursor.takeWord('to') ? takeOneOf(cursor, later) : first;
  if (first !== undefined && last === undefined) throw cursor.syntaxError();
  const modifiers = last === undefined || last === 'second' ? readModifiers(cursor) : [];
  return { ...builtIn('interval'), modifiers, fields: first === last ? first : `${first} to ${last}` };
}

function takeOneOf(cursor: TokenCursor, words: readonly string[]): string | undefined {
  return words.find((word) => cursor.takeWord(word));
}

function floatOf(modifiers: readonly string[]): string {
  const bits = Number(modifiers[0] ?? 53);
  if (bits < 1) throw new SqlBuildError('22023', 'precision for type float must be at least 1 bit');
  if (!(bits < 54)) throw new SqlBuildError('22023', 'precision for type float must be less than 54 bits');
  return bits <= 24 ? 'float4' : 'float8';
}

function readGenericType(cursor: TokenCursor): SimpleType {
  const names = [cursor.expectName((category) => category === undefined || category === 'T')];
  while (cursor.takeSymbol('.')) names.push(cursor.expectName(() => true));
  if (names.length > 3) {
    throw new SqlBuildError('42601', `improper qualified name (too many dotted names): ${names.join('.')}`);
  }
  return { schema: names.at(-2), name: names.at(-1) ?? '', modifiers: readModifiers(cursor) };
}

function readModifiers(cursor: TokenCursor): readonly string[] {
  if (!cursor.takeSymbol('(')) return [];
  const modifiers: string[] = [];
  do modifiers.push(cursor.expectModifier());
  while (cursor.takeSymbol(','));
  cursor.expectSymbol(')');
  return modifiers;
}

function readBound(cursor: TokenCursor): void {
  cursor.takeInteger();
  cursor.expectSymbol(']');
}

/**
 * A type as SQL text, spelled by its name in pg_type.
 *
 * @example
 * parseColumnList('t(a decimal(10, 2)[])').columns.map(({ type }) => formatTypeName(type)); // ['numeric(10,2)[]']
 */
export function formatTypeName({ dimensions, fields, isArray, modifiers, name, schema }: TypeName): string {
  const qualified = schema === undefined ? quoteTypeName(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;
  const list = modifiers.length === 0 ? '' : `(${modifiers.join(',')})`;
  return `${qualified}${fields === undefined ? '' : ` ${fields}`}${list}${isArray ? '[]'.repeat(Math.max(dimensions, 1)) : ''}`;
}

function quoteTypeName(name: string): string {
  return GRAMMAR_TYPES.has(name) ? name : quoteIdent(name);
}
