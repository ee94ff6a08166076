// The row type of a column definition list, read by the compiler from the list's own text.

import type { NeverNullColumns, Spaced, Trimmed } from './never-null-types.ts';

/**
 * TypeScript types by the names that SQL has for types; what is not here is text.
 *
 * It can be replaced where values are decoded otherwise: `ColumnListRow<List, SqlTypeMap & { numeric: Decimal }>`.
 */
export interface SqlTypeMap {
  bool: boolean;
  boolean: boolean;
  int2: number;
  smallint: number;
  int4: number;
  int: number;
  integer: number;
  int8: bigint;
  bigint: bigint;
  oid: number;
  float4: number;
  real: number;
  float8: number;
  float: number;
  'double precision': number;
  json: unknown;
  jsonb: unknown;
  bytea: Uint8Array;
}

/**
 * The type of one row of a column definition list that is written as a literal.
 *
 * Every column may be NULL, as in SQL, unless the list says `NOT NULL` or the query, where it is given, never leaves it
 * NULL ({@link NeverNullColumns}); array elements may always be NULL. A list that is not known at compile time gives
 * rows with unknown values.
 *
 * @example
 * type Row = ColumnListRow<'t(a int NOT NULL, b text, c numeric(10,2)[])'>;
 * // { a: number; b: string | null; c: (string | null)[] | null }
 *
 * @example
 * type Count = ColumnListRow<'t(n int, name text)', SqlTypeMap, 'SELECT count(*), min(name) FROM t'>;
 * // { n: number; name: string | null }
 */
export type ColumnListRow<List extends string, Types = SqlTypeMap, Query extends string = string> = string extends List
  ? Record<string, unknown>
  : Trimmed<Spaced<List>> extends `${string}(${infer Body})`
    ? Merge<Columns<Body, Types, NeverNullColumns<Query>>>
    : never;

/** Cuts at the commas that stand outside parentheses and quotes. */
type Columns<
  Body extends string,
  Types,
  Known extends readonly boolean[],
  Row = unknown,
> = Body extends `${infer Head},${infer Tail}`
  ? IsWhole<Head> extends true
    ? Columns<Tail, Types, Behind<Known>, Row & Column<Trimmed<Head>, Types, Known[0]>>
    : Tail extends `${infer Next},${infer Rest}`
      ? Columns<`${Head}\u0000${Next},${Rest}`, Types, Known, Row>
      : Row & Column<Trimmed<Restored<Body>>, Types, Known[0]>
  : Row & Column<Trimmed<Restored<Body>>, Types, Known[0]>;

/** What is known of the columns behind the first. */
type Behind<Known extends readonly boolean[]> = Known extends readonly [boolean, ...infer Rest extends boolean[]]
  ? Rest
  : [];

/** Whether a piece has no open quote and no open parenthesis. */
type IsWhole<Piece extends string> = Piece extends `${string}"${infer AfterQuote}`
  ? AfterQuote extends `${string}"${infer Rest}`
    ? IsWhole<Rest>
    : false
  : Piece extends `${string}(${infer AfterOpen}`
    ? AfterOpen extends `${string})${string}`
      ? true
      : false
    : true;

/** Commas that were passed over come back. */
type Restored<Text extends string> = Text extends `${infer Head}\u0000${infer Tail}`
  ? Restored<`${Head},${Tail}`>
  : Text;

type Column<Text extends string, Types, IsNeverNull> =
  Restored<Text> extends `"${infer Name}" ${infer Type}`
    ? { [name in Name]: Value<Trimmed<Lowercase<Type>>, Types, IsNeverNull> }
    : Restored<Text> extends `${infer Name} ${infer Type}`
      ? { [name in Lowercase<Name>]: Value<Trimmed<Lowercase<Type>>, Types, IsNeverNull> }
      : never;

type Value<Type extends string, Types, IsNeverNull> = Type extends `${infer Base} not null`
  ? Element<Trimmed<Base>, Types>
  : Element<Type, Types> | (IsNeverNull extends true ? never : null);

type Element<Type extends string, Types> = Type extends `${infer Base} collate ${string}`
  ? Element<Base, Types>
  : Type extends `${infer Base}[${string}]${infer Rest}`
    ? Trimmed<Rest> extends ''
      ? (Element<Trimmed<Base>, Types> | null)[]
      : Element<`${Trimmed<Base>}${Trimmed<Rest>}`, Types>[]
    : Type extends `${infer Base} array`
      ? (Element<Trimmed<Base>, Types> | null)[]
      : Type extends `${infer Base}(${string})${infer Rest}`
        ? Scalar<Trimmed<`${Trimmed<Base>}${Rest}`>, Types>
        : Scalar<Type, Types>;

type Scalar<Type extends string, Types> = Type extends `pg_catalog.${infer Name}`
  ? Scalar<Name, Types>
  : Type extends keyof Types
    ? Types[Type]
    : string;

/** One object type instead of an intersection, which editors show as written. */
type Merge<Row> = { [name in keyof Row]: Row[name] };
