// The columns of a query that cannot be NULL, read by the compiler; never-null.ts says the same of a text at run time.

/**
 * Whether each column of a `SELECT` that is written as a literal is never NULL, as far as its select list shows; columns
 * behind the last one here may be NULL.
 *
 * See {@link neverNullColumns} for what is understood.
 *
 * @example
 * type Known = NeverNullColumns<'SELECT count(*), min(name) FROM t'>; // [true]
 */
export type NeverNullColumns<Query extends string> =
  IsLiteral<Query> extends true
    ? Lowercase<Query> extends `${string}${Unclear}${string}`
      ? []
      : Trimmed<Spaced<Lowercase<Query>>> extends `select ${infer Rest}`
        ? Rest extends `${infer List} from ${string}`
          ? Items<List>
          : Items<Rest>
        : []
    : [];

/** A text of which all is known: a pattern like `a${string}` is an index signature, and those may be absent. */
type IsLiteral<Text extends string> = Record<never, never> extends Record<Text, 1> ? false : true;

/** Other branches, grouping sets and other statements may bring NULLs; a comment may hide anything. */
type Unclear = 'union' | 'intersect' | 'except' | 'group' | ';' | '--' | '/*';

/** Line breaks and tabs are blanks like any other. */
export type Spaced<Text extends string> = Replaced<Replaced<Replaced<Text, '\n'>, '\r'>, '\t'>;

type Replaced<Text extends string, Blank extends string> = Text extends `${infer Head}${Blank}${infer Tail}`
  ? Replaced<`${Head} ${Tail}`, Blank>
  : Text;

export type Trimmed<Text extends string> = Text extends ` ${infer Rest}`
  ? Trimmed<Rest>
  : Text extends `${infer Rest} `
    ? Trimmed<Rest>
    : Text;

/** Goes on until an item whose end is not known for sure. */
type Items<List extends string, Found extends readonly boolean[] = []> = List extends `${infer Head},${infer Tail}`
  ? Trimmed<Head> extends `coalesce(${infer Name}`
    ? IsName<Trimmed<Name>> extends true
      ? Tail extends `${infer Value})${infer After}`
        ? Item<Trimmed<Value>> extends true
          ? Items<`0${After}`, Found>
          : Found
        : Found
      : Found
    : Item<Trimmed<Head>> extends infer Known extends boolean
      ? Items<Tail, [...Found, Known]>
      : Found
  : Item<Trimmed<List>> extends infer Known extends boolean
    ? [...Found, Known]
    : Found;

/** True for an item that is never NULL, false for one that may be, undefined for one that may be several. */
type Item<Text extends string> =
  Valued<Text> extends infer Short extends string
    ? Short extends `${string}${'"' | "'" | '(' | '[' | '$' | '*'}${string}`
      ? undefined
      : IsConstant<Uncast<Unnamed<Short>>>
    : never;

/** Puts `0` for a call or a text in front that is never NULL. */
type Valued<Text extends string> = Text extends `count(*)${infer After}`
  ? `0${After}`
  : Text extends `count(${infer Name})${infer After}`
    ? IsName<Name> extends true
      ? `0${After}`
      : Text
    : Text extends `now()${infer After}`
      ? `0${After}`
      : Text extends `'${infer Name}'${infer After}`
        ? IsName<Name> extends true
          ? `0${After}`
          : Text
        : Text;

type Unnamed<Text extends string> = Text extends `${infer Value} as ${string}`
  ? Value
  : Text extends `${infer Value} ${infer Name}`
    ? IsName<Name> extends true
      ? Value
      : Text
    : Text;

type Uncast<Text extends string> = Text extends `${infer Value}::${CastType}` ? Value : Text;

type CastType =
  | 'int2'
  | 'smallint'
  | 'int4'
  | 'int'
  | 'integer'
  | 'int8'
  | 'bigint'
  | 'float4'
  | 'real'
  | 'float8'
  | 'numeric'
  | 'text';

type IsConstant<Text extends string> = Text extends 'true' | 'false' | 'current_date' | 'current_timestamp'
  ? true
  : IsMadeOf<Text, Digit>;

type IsName<Text extends string> = IsMadeOf<Text, Digit | Letter | '_'>;

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

type Letter =
  | ('a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm')
  | ('n' | 'o' | 'p' | 'q' | 'r' | 's' | 't' | 'u' | 'v' | 'w' | 'x' | 'y' | 'z');

type IsMadeOf<Text extends string, Character extends string> = Text extends `${Character}${infer Rest}`
  ? Rest extends ''
    ? true
    : IsMadeOf<Rest, Character>
  : false;
