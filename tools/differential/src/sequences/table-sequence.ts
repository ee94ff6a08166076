import fc from 'fast-check';
import { identifier, literal } from './sql-text.ts';
import { type ColumnType, columnTypes } from './values.ts';

/*
 * Random tables at both ends. What is built from the local one must be the same text on both sides, and what comes back
 * from the remote one the same rows, as text and in the other wire format.
 */

/** How a column of a random table is made. */
type Column =
  | {
      readonly kind: 'plain';
      readonly name: string;
      readonly type: ColumnType;
      readonly values: readonly (string | null)[];
    }
  | { readonly kind: 'generated'; readonly name: string; readonly storage: 'stored' | 'virtual' }
  | { readonly kind: 'identity'; readonly name: string; readonly when: 'always' | 'by default' }
  /** Dropped once the table is there. */
  | { readonly kind: 'dropped'; readonly name: string };

const rowCount = 3;

const columnNames = ['a', 'b', 'Col"q', 'select', 'UPPER', 'ü x', 'n', 'x1', 'user', "it's"];

const column = (name: string): fc.Arbitrary<Column> =>
  fc.oneof(
    {
      arbitrary: fc.constantFrom(...columnTypes).chain((type) =>
        fc.record({
          kind: fc.constant('plain' as const),
          name: fc.constant(name),
          type: fc.constant(type),
          values: fc.array(fc.option(type.values, { freq: 6 }), { minLength: rowCount, maxLength: rowCount }),
        }),
      ),
      weight: 8,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('generated' as const),
        name: fc.constant(name),
        storage: fc.constantFrom('stored' as const, 'virtual' as const),
      }),
      weight: 1,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant('identity' as const),
        name: fc.constant(name),
        when: fc.constantFrom('always' as const, 'by default' as const),
      }),
      weight: 1,
    },
    { arbitrary: fc.record({ kind: fc.constant('dropped' as const), name: fc.constant(name) }), weight: 2 },
  );

/** A table by what makes it, and what its rows are read as. */
interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Names of the key's columns, in the key's order. */
  readonly key: readonly string[];
}

const table: fc.Arbitrary<Table> = fc
  .uniqueArray(fc.constantFrom(...columnNames), { minLength: 1, maxLength: 6 })
  .chain((names) => fc.tuple(...names.map(column)))
  .chain((columns) => {
    const keys = columns.filter((one) => one.kind === 'identity' || (one.kind === 'plain' && one.type.isKey));
    return fc.record({
      name: fc.constantFrom('t', 'T', 'wéird "t"', 'order'),
      columns: fc.constant<readonly Column[]>(columns),
      key: fc.shuffledSubarray(
        keys.map(({ name }) => name),
        { maxLength: Math.min(keys.length, 3) },
      ),
    });
  });

interface Question {
  readonly row: number;
  readonly qualified: boolean;
  readonly style: string;
  readonly goals: readonly (string | null)[];
}

const question: fc.Arbitrary<Question> = fc.record({
  row: fc.nat(rowCount - 1),
  qualified: fc.boolean(),
  style: fc.constantFrom(
    'reset datestyle',
    "set datestyle = 'German'",
    "set datestyle = 'SQL, DMY'",
    "set intervalstyle = 'iso_8601'",
    "set bytea_output = 'escape'",
    'set extra_float_digits = 0',
    "set timezone = 'Asia/Kathmandu'",
  ),
  goals: fc.array(fc.constantFrom('1', "o'b\\", '', null, 'ü'), { minLength: 3, maxLength: 3 }),
});

/** A table at home and the same one far away, and everything that dblink makes of them. */
export const tableSequence: fc.Arbitrary<readonly string[]> = fc
  .tuple(table, question)
  .map(([one, { row, qualified, style, goals }]) => {
    const name = `scratch.${identifier(one.name)}`;
    const asked = literal(qualified ? name : identifier(one.name));
    const making = definition(one, name);
    const live = one.columns.filter(({ kind }) => kind !== 'dropped');
    const attributes = one.key.map((key) => live.findIndex(({ name: other }) => other === key) + 1);
    const source = one.key.map((key) =>
      keyValue(
        live.find(({ name: other }) => other === key),
        row,
      ),
    );
    const keys = `${asked}, ${literal(attributes.join(' '))}, ${attributes.length}`;
    const goal = goals.slice(0, attributes.length);
    const build = (verb: 'insert' | 'update'): string =>
      `dblink_build_sql_${verb}(${keys}, ${textArray(source)}, ${textArray(goal)})`;
    const list = live.map((column) => `${identifier(column.name)} ${typeOf(column)}`).join(', ');
    const rows = (from: string): string => `select * from dblink('n', ${literal(`select ${from}`)}) r(${list})`;
    const selected = `${live.map((column) => `t.${identifier(column.name)}`).join(', ')} from ${name} t`;
    return [
      'set client_min_messages = error; drop schema scratch cascade; create schema scratch; reset client_min_messages',
      ...(qualified ? [] : ['set search_path = scratch, public']),
      ...making,
      `select * from dblink_get_pkey(${asked})`,
      style,
      `select ${build('insert')}`,
      `select ${build('update')}`,
      `select dblink_build_sql_delete(${keys}, ${textArray(goal)})`,
      "select dblink_connect('n', cp())",
      ...making.map((sql) => `select dblink_exec('n', ${literal(sql)}, false)`),
      `select dblink_exec('n', ${literal(style)})`,
      `select dblink_exec('n', ${build('insert')}, false)`,
      ...(live.length === 0
        ? []
        : [rows(selected), rows(`${selected}, generate_series(1, 40)`), rows(`${selected}, generate_series(1, 40)`)]),
    ];
  });

function definition({ columns, key }: Table, name: string): readonly string[] {
  const parts = columns.map((column) => {
    const start = `${identifier(column.name)} ${typeOf(column)}`;
    if (column.kind === 'generated') return `${start} generated always as (7 * 6) ${column.storage}`;
    return column.kind === 'identity' ? `${start} generated ${column.when} as identity` : start;
  });
  if (key.length > 0) parts.push(`primary key (${key.map(identifier).join(', ')})`);
  const plain = columns.filter((column) => column.kind === 'plain');
  const drops = columns
    .filter(({ kind }) => kind === 'dropped')
    .map(({ name: dropped }) => `drop ${identifier(dropped)}`);
  const rows = Array.from({ length: rowCount }, (_, at) =>
    plain.length === 0
      ? `insert into ${name} default values`
      : `insert into ${name} (${plain.map((column) => identifier(column.name)).join(', ')}) values (${plain
          .map((column) => sqlValue(column.values[at] ?? null))
          .join(', ')})`,
  );
  return [
    `create table ${name} (${parts.join(', ')})`,
    ...rows,
    ...(drops.length === 0 ? [] : [`alter table ${name} ${drops.join(', ')}`]),
  ];
}

function typeOf(column: Column): string {
  return column.kind === 'plain' ? column.type.name : 'int';
}

function keyValue(column: Column | undefined, row: number): string | null {
  return column?.kind === 'plain' ? (column.values[row] ?? null) : String(row + 1);
}

function sqlValue(value: string | null): string {
  return value === null ? 'null' : literal(value);
}

function textArray(values: readonly (string | null)[]): string {
  return `array[${values.map(sqlValue).join(', ')}]::text[]`;
}
