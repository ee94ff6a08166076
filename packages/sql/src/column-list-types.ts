// The row type of a column definition list, read by the compiler from the list's own text.

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
 * Every column may be NULL, as in SQL, unless the list says `NOT NULL`; array elements may always be NULL. A text that
 * is not known at compile time gives rows with unknown values.
 *
 * @example
 * type Row = ColumnListRow<'t(a int NOT NULL, b text, c numeric(10,2)[])'>;
 * // { a: number; b: string | null; c: (string | null)[] | null }
 */
export type ColumnListRow<List extends string, Types = SqlTypeMap> = string extends List
  ? Record<string, unknown>
  : Flat<Spaced<List>> extends `${string}(${infer Body})`
    ? Merge<Columns<Body, Types>>
    : never;

/** Line breaks and tabs are blanks like any other. */
type Spaced<Text extends string> = Replaced<Replaced<Replaced<Text, '\n'>, '\r'>, '\t'>;

type Replaced<Text extends string, Blank extends string> = Text extends `${infer Head}${Blank}${infer Tail}`
  ? Replaced<`${Head} ${Tail}`, Blank>
  : Text;

type Flat<Text extends string> = Text extends ` ${infer Rest}`
  ? Flat<Rest>
  : Text extends `${infer Rest} `
    ? Flat<Rest>
    : Text;

/** Cuts at the commas that stand outside parentheses and quotes. */
type Columns<Body extends string, Types, Row = unknown> = Body extends `${infer Head},${infer Tail}`
  ? IsWhole<Head> extends true
    ? Columns<Tail, Types, Row & Column<Flat<Head>, Types>>
    : Tail extends `${infer Next},${infer Rest}`
      ? Columns<`${Head}\u0000${Next},${Rest}`, Types, Row>
      : Row & Column<Flat<Restored<Body>>, Types>
  : Row & Column<Flat<Restored<Body>>, Types>;

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

type Column<Text extends string, Types> =
  Restored<Text> extends `"${infer Name}" ${infer Type}`
    ? { [name in Name]: Value<Flat<Lowercase<Type>>, Types> }
    : Restored<Text> extends `${infer Name} ${infer Type}`
      ? { [name in Lowercase<Name>]: Value<Flat<Lowercase<Type>>, Types> }
      : never;

type Value<Type extends string, Types> = Type extends `${infer Base} not null`
  ? Element<Flat<Base>, Types>
  : Element<Type, Types> | null;

type Element<Type extends string, Types> = Type extends `${infer Base} collate ${string}`
  ? Element<Base, Types>
  : Type extends `${infer Base}[${string}]${infer Rest}`
    ? Flat<Rest> extends ''
      ? (Element<Flat<Base>, Types> | null)[]
      : Element<`${Flat<Base>}${Flat<Rest>}`, Types>[]
    : Type extends `${infer Base} array`
      ? (Element<Flat<Base>, Types> | null)[]
      : Type extends `${infer Base}(${string})${infer Rest}`
        ? Scalar<Flat<`${Flat<Base>}${Rest}`>, Types>
        : Scalar<Type, Types>;

type Scalar<Type extends string, Types> = Type extends `pg_catalog.${infer Name}`
  ? Scalar<Name, Types>
  : Type extends keyof Types
    ? Types[Type]
    : string;

/** One object type instead of an intersection, which editors show as written. */
type Merge<Row> = { [name in keyof Row]: Row[name] };
