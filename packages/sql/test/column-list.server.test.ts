import { type Cluster, type SuperuserSession, startCluster } from '@pg-dblink/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatTypeName, isSqlBuildError, parseColumnList } from '../src/index.ts';

// The server's own grammar judges the reader: same columns and types, or same error.

const RUNS = Math.min(Number(process.env['FUZZ_RUNS'] ?? 3000), 20_000);

const NAMES = ['a', 'b', 'A', '"B c"', '"x""y"', 'value', 'name', 'year', 'select', 'left', 'int', 'é', '""', '1'];
const TYPES = [
  ...[
    'int',
    'integer',
    'INT4',
    'smallint',
    'bigint',
    'real',
    'float',
    'float(10)',
    'float(30)',
    'float(0)',
    'float(54)',
  ],
  ...[
    'double precision',
    'double',
    'numeric',
    'numeric(10,2)',
    'numeric(3,-2)',
    'dec(5)',
    'decimal',
    'boolean',
    'bool',
  ],
  ...[
    'char',
    'char(3)',
    'character varying',
    'character varying(4)',
    'varchar(7)',
    'national character(2)',
    'nchar varying',
  ],
  ...[
    'bit',
    'bit(3)',
    'bit varying',
    'bit varying(9)',
    'time',
    'time(3)',
    'time with time zone',
    'timestamp(0) without time zone',
  ],
  ...[
    'timestamptz',
    'timestamp with time zone',
    'timestamp with zone',
    'interval',
    'interval(3)',
    'interval year to month',
  ],
  ...[
    'interval day to second(2)',
    'interval second(1)',
    'interval month to year',
    'interval year(2)',
    'json',
    'jsonb',
    'text',
  ],
  ...[
    'text collate "C"',
    'varchar(3) collate pg_catalog."C"',
    '"char"',
    '"text"',
    'pg_catalog.int4',
    'pg_catalog."varchar"(3)',
    'nosuch',
    'nosuch.type',
    'name',
    'int(3)',
    'setof',
    'array',
  ],
];
const AFTER = ['', '', '', '', '', '[]', '[3]', '[][]', ' array', ' array[4]', ' array[]', ' x', ' ['];

const column = fc
  .tuple(
    fc.constantFrom(...NAMES),
    fc.constantFrom(' ', '\n', ' /**/ '),
    fc.constantFrom(...TYPES),
    fc.constantFrom(...AFTER),
  )
  .map((parts) => parts.join(''));
const list = fc
  .tuple(
    fc.constantFrom('t', 'T', '', '"t t"', 'as', 'value '),
    fc.array(column, { maxLength: 3 }),
    fc.constantFrom(')', ')', ')', ')', ') x', ''),
  )
  .map(([alias, columns, close]) => `${alias}(${columns.join(', ')}${close}`);

describe('parseColumnList against a server', () => {
  let cluster: Cluster;
  let session: SuperuserSession;
  beforeAll(async () => {
    cluster = await startCluster();
    session = await cluster.session();
  });
  afterAll(async () => {
    await session.close();
    await cluster.stop();
  });

  async function theirs(text: string): Promise<unknown> {
    const source = `json_to_record('{}') ${text.startsWith('as') ? '' : 'as '}${text}`;
    const made = await session.run(`drop table if exists c; create temp table c as select * from ${source}`);
    if (made.error !== undefined) return { sqlState: made.error.sqlState, message: made.error.message };
    const { results } = await session.run(
      "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'c'::regclass and attnum > 0 order by attnum",
    );
    return results[0]?.rows;
  }

  async function ours(text: string): Promise<unknown> {
    try {
      const { columns } = parseColumnList(text);
      const types = columns.map(({ type }, at) => `null::${formatTypeName(type)} as c${at}`).join(', ');
      // The server is asked only for its spelling of the type that was read.
      const made = await session.run(`drop table if exists c; create temp table c as select ${types}`);
      if (made.error !== undefined) return { sqlState: made.error.sqlState, message: made.error.message };
      const { results } = await session.run(
        "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'c'::regclass and attnum > 0 order by attnum",
      );
      return columns.map(({ name }, at) => [name, results[0]?.rows[at]?.[0]]);
    } catch (error) {
      if (!isSqlBuildError(error)) throw error;
      return { sqlState: error.sqlState, message: error.message };
    }
  }

  test('generated lists', async () => {
    let lists = 0;
    await fc.assert(
      fc.asyncProperty(list, async (text) => {
        const expected = await theirs(text);
        if (Array.isArray(expected)) lists += 1;
        const found = await ours(text);
        // The server looks for a column's type before it compares the names, and before it looks at the next column;
        // without catalogs a type is not missed, and what is wrong behind it is said.
        const isBehind = isFailure(found, '42701') || isFailure(found, '42P16');
        if (isBehind && (isFailure(expected, '42704') || isFailure(expected, '3F000'))) return;
        expect(found, text).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
    expect(lists).toBeGreaterThan(RUNS / 10);
  });
});

function isFailure(outcome: unknown, sqlState: string): boolean {
  return typeof outcome === 'object' && outcome !== null && 'sqlState' in outcome && outcome.sqlState === sqlState;
}
