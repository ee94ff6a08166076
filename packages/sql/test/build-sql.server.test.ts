import { type Cluster, type ServerMessage, type SuperuserSession, startCluster } from '@pg-dblink/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type BuildSqlRequest,
  buildSqlSteps,
  isSqlBuildError,
  type LocalSteps,
  parseInt2Vector,
  primaryKeySteps,
  quoteIdent,
  quoteLiteral,
  quoteNullable,
  runLocalSteps,
  type TextTuple,
} from '../src/index.ts';

// The same call to the C extension and to ours, in the same session: same text or same error.

const RUNS = Math.min(Number(process.env['FUZZ_RUNS'] ?? 300), 2000);

const SETUP = `
create table foo(f1 int, f2 text, f3 text[], primary key (f1, f2));
insert into foo select g, chr(97 + g), array['a' || g, 'b'] from generate_series(0, 9) g;
create table pk1(a int, b text, c int, primary key (c, a));
insert into pk1 values (1, 'o''brien \\ back', 2), (1, null, 3), (5, '', 6);
create table nopk(a int, b text);
insert into nopk values (1, 'x'), (1, 'x'), (2, null), (null, 'n');
create table "Weird Name"("select" int primary key, "Col""q" text, "UPPER" text);
insert into "Weird Name" values (1, 'a"b', 'U');
create schema s1; create table s1.t(id int primary key, v text); insert into s1.t values (1, 'one');
create view v1 as select * from pk1; create index pk1i on pk1(b); create type ct as (x int);
create materialized view m1 as select 1 as x;
create table part(id int primary key, v text) partition by range (id);
create table part1 partition of part for values from (0) to (10); insert into part values (3, 'p');
create table gen(id int generated always as identity primary key, a int, b int generated always as (a * 2) stored);
insert into gen(a) values (5);
create table dropt(id int primary key, x1 int, v text, x2 int, w text, x3 int, z int);
insert into dropt values (2, 0, 'v', 0, 'w', 0, 4);
alter table dropt drop x1, drop x2, drop x3;
create table none(); create sequence seq1; create table "123"(a int); create table incl(a int, b int, primary key (a) include (b));
create role dbu; create table priv(a int primary key, b int); grant select (a) on priv to dbu;
create view pview as select 1 as a; create sequence pseq; create materialized view pmat as select 1 as a;
create schema hid; create table hid.t(a int);
`;

describe('dblink_build_sql_* and dblink_get_pkey against the C extension', () => {
  let cluster: Cluster;
  let session: SuperuserSession;
  beforeAll(async () => {
    cluster = await startCluster({ extensions: ['dblink'] });
    session = await cluster.session();
    expect((await session.run(SETUP)).error).toBeUndefined();
  });
  afterAll(async () => {
    await session.close();
    await cluster.stop();
  });

  /** The first column of what the C extension answers, or its error. */
  async function theirs(sql: string): Promise<readonly (string | null)[] | Failure> {
    const { error, results } = await session.run(sql);
    return error === undefined ? (results[0]?.rows.map(([value]) => value ?? null) ?? []) : failureOf(error);
  }

  /** What ours answers, its queries run in the same session. */
  async function ours(steps: () => LocalSteps<string | readonly string[]>): Promise<readonly string[] | Failure> {
    try {
      const answer = await runLocalSteps(steps(), async ({ parameters, sql }) => {
        const text = sql.replaceAll('$1', () => quoteLiteral(parameters[0] ?? ''));
        const { error, results } = await session.run(parameters.length === 0 ? sql : text);
        if (error !== undefined) throw new LocalFailure(error);
        return results[0]?.rows ?? [];
      });
      return typeof answer === 'string' ? [answer] : answer;
    } catch (error) {
      if (error instanceof LocalFailure) return failureOf(error.error);
      if (!isSqlBuildError(error)) throw error;
      return { sqlState: error.sqlState, message: error.message, detail: error.detail };
    }
  }

  const RELATIONS = [
    ...[
      'foo',
      'pk1',
      'nopk',
      '"Weird Name"',
      's1.t',
      'public.foo',
      'postgres.s1.t',
      'otherdb.s1.t',
      'a.b.c.d',
      '',
      'PK1',
    ],
    ...[
      '"PK1"',
      ' foo ',
      'foo.',
      '"foo',
      'v1',
      'm1',
      'part',
      'pk1i',
      'ct',
      'gen',
      'dropt',
      'none',
      'seq1',
      '123',
      'incl',
    ],
    ...[
      'nosuch',
      'nosuch.t',
      'priv',
      'pview',
      'pseq',
      'pmat',
      'hid.t',
      'pg_class',
      'pg_catalog.pg_class',
      '-',
      'foo bar',
    ],
  ];
  const USERS = ['reset role', 'set role dbu', 'set search_path = s1, public', 'reset search_path'];

  test.each(USERS)('relations, after %s', async (setting) => {
    await session.run(setting);
    for (const relation of RELATIONS) {
      const key = `select colname from dblink_get_pkey(${quoteLiteral(relation)})`;
      expect(await ours(() => primaryKeySteps(relation)), relation).toEqual(await theirs(key));
      const request = { kind: 'delete', relation, keyAttributes: [1], keyCount: 1, targetValues: ['1'] } as const;
      const call = `select dblink_build_sql_delete(${quoteLiteral(relation)}, '1', 1, '{1}')`;
      expect(await ours(() => buildSqlSteps(request)), relation).toEqual(await theirs(call));
    }
    await session.run('reset all; reset role');
  });

  test('random tables, keys and values', async () => {
    let texts = 0;
    await fc.assert(
      fc.asyncProperty(randomTable, async ({ columns, rows, seed }) => {
        await session.run('drop table if exists t');
        expect((await session.run(`create table t(${columns.map(define).join(', ')})`)).error).toBeUndefined();
        for (const row of rows) {
          const values = columns.map(({ generated }, at) => (generated ? 'default' : row[at]));
          await session.run(`insert into t values (${values.join(', ')})`);
        }
        const gone = columns.filter(({ dropped }) => dropped);
        for (const { name } of gone) await session.run(`alter table t drop ${quoteIdent(name)}`);
        const stored = (await session.run('select * from t')).results[0]?.rows ?? [];
        const calls = randomCall(columns.length - gone.length, stored);
        for (const request of fc.sample(calls, { numRuns: 12, seed })) {
          const expected = await theirs(callOf(request));
          if (Array.isArray(expected)) texts += 1;
          expect(await ours(() => buildSqlSteps(request)), callOf(request)).toEqual(expected);
        }
      }),
      { numRuns: RUNS },
    );
    expect(texts).toBeGreaterThan(RUNS);
  });

  test.each(['', '1 2', '1,2', ' 7 ', '1\t2', '40000', '-1 x'])('int2vector %j', async (text) => {
    const expected = await theirs(`select ${quoteLiteral(text)}::int2vector`);
    try {
      expect([parseInt2Vector(text).join(' ')]).toEqual(expected);
    } catch (error) {
      if (!isSqlBuildError(error)) throw error;
      expect({ sqlState: error.sqlState, message: error.message, detail: error.detail }).toEqual(expected);
    }
  });
});

const randomName = fc.oneof(
  fc.constantFrom('a', 'b', 'select', 'Upper', 'with "quote', 'x y', 'name', 'é'),
  fc.stringMatching(/^[a-z_]{1,5}$/),
);
const randomType = fc.constantFrom('int', 'text', 'text', 'numeric(6,2)', 'bool', 'date', 'text[]');
const randomValue = fc.constantFrom(
  "'1'",
  "'2'",
  'null',
  "E'it''s \\\\ \\n'",
  '\'{a,"b c"}\'',
  "'2024-02-29'",
  "'t'",
  "''",
);
const randomColumn = fc.record({ name: randomName, type: randomType, dropped: fc.boolean(), generated: fc.boolean() });
const randomTable = fc.record({
  columns: fc.uniqueArray(randomColumn, { selector: ({ name }) => name, minLength: 1, maxLength: 6 }),
  seed: fc.integer(),
  rows: fc.array(fc.array(randomValue, { minLength: 6, maxLength: 6 }), { maxLength: 4 }),
});

/** A call for a table with so many live columns: mostly with the keys of a stored row, sometimes with anything. */
function randomCall(live: number, stored: readonly TextTuple[]): fc.Arbitrary<BuildSqlRequest> {
  const key = fc.oneof(fc.constantFrom('1', '2', 't', '', "it's \\ \n"), fc.constant(null));
  const column = fc.integer({ min: 1, max: Math.max(live, 1) });
  const usual = fc
    .tuple(fc.array(column, { minLength: 1, maxLength: 3 }), fc.nat(), fc.array(key, { minLength: 3, maxLength: 3 }))
    .map(([keyAttributes, row, target]) => ({
      keyAttributes,
      keyCount: keyAttributes.length,
      sourceValues: keyAttributes.map((number) => stored[row % stored.length]?.[number - 1] ?? null),
      targetValues: target.slice(0, keyAttributes.length),
    }));
  const anything = fc.record({
    keyAttributes: fc.array(fc.integer({ min: -1, max: 7 }), { maxLength: 4 }),
    keyCount: fc.integer({ min: -1, max: 5 }),
    sourceValues: fc.array(key, { maxLength: 4 }),
    targetValues: fc.array(key, { maxLength: 4 }),
  });
  const kind = fc.constantFrom<BuildSqlRequest['kind']>('insert', 'update', 'delete');
  return fc
    .tuple(kind, fc.oneof({ arbitrary: usual, weight: 3 }, anything))
    .map(([of, request]) => ({ kind: of, relation: 't', ...request }));
}

type Failure = Pick<ServerMessage, 'sqlState' | 'message'> & { readonly detail: string | undefined };

class LocalFailure extends Error {
  readonly error: ServerMessage;
  constructor(error: ServerMessage) {
    super(error.message);
    this.error = error;
  }
}

function failureOf({ detail, message, sqlState }: ServerMessage): Failure {
  return { sqlState, message, detail };
}

function define({ generated, name, type }: { generated: boolean; name: string; type: string }): string {
  return generated ? `${quoteIdent(name)} int generated always as identity` : `${quoteIdent(name)} ${type}`;
}

function callOf({ keyAttributes, keyCount, kind, relation, sourceValues = [], targetValues }: BuildSqlRequest): string {
  const array = (values: TextTuple): string => `array[${values.map(quoteNullable).join(',')}]::text[]`;
  const source = kind === 'delete' ? '' : `${array(sourceValues)}, `;
  const vector = `'${keyAttributes.join(' ')}'`;
  return `select dblink_build_sql_${kind}('${relation}', ${vector}, ${keyCount}, ${source}${array(targetValues)})`;
}
