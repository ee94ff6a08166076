import { type Cluster, type SuperuserSession, startCluster } from '@pg-dblink/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neverNullColumns } from '../src/index.ts';

// A server runs what was understood: a column that is said to be never NULL has to be there, and hold no NULL.

const RUNS = Math.min(Number(process.env['FUZZ_RUNS'] ?? 3000), 20_000);

const CONSTANTS = ['1', '007', 'true', "'x'", 'now()', 'current_date', 'coalesce(3, 0)', "coalesce(null, 'x')"];
const COLUMNS = ['a', 't.b', 't', 't.*', '*', 'coalesce(a, 0)', 'coalesce(b,a)', 'coalesce(a, null)', '1 + a', '(a)'];
const OTHERS = ["'it''s'", "'a,b'", 'null', '-1', '1.5', 'nullif(1, 1)', 'array[1, null]', '$$x, y$$', 'true and null'];
const AGGREGATES = ['count(*)', 'count(a)', 'count( distinct a)', 'max(a)', 'coalesce(max(a), 0)', 'array_agg(a)', '1'];
const AFTER = [' --, 1\n', ' x', ' as x', ' as "x, y"', '::int', '::text', '::bigint as n', ' is null', ' + null'];
const SOURCES = [' from t', '\nfrom t', ' from t where a > 0', ' from t left join s s(x) on false', ', 2 from t'];
const ENDS = [' union all select null', ' limit 1', ' order by 1', ' group by ()', ' group by rollup (1)', ';'];

const mostly = (text: string, others: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ arbitrary: fc.constant(text), weight: 4 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
const listOf = (values: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.constantFrom(...values), mostly('', AFTER)), { minLength: 1, maxLength: 4 })
    .chain((items) =>
      fc.constantFrom(', ', ',', '\n,\t').map((comma) => items.map((parts) => parts.join('')).join(comma)),
    );
const query = fc
  .tuple(
    mostly('select ', ['SELECT\t', 'select\n', ' select distinct ', 'select all ', 'select /* , */ ']),
    fc.oneof(
      fc.tuple(listOf([...CONSTANTS, ...OTHERS]), mostly('', [' where true'])),
      fc.tuple(listOf([...CONSTANTS, ...COLUMNS]), fc.constantFrom(...SOURCES)),
      fc.tuple(listOf(AGGREGATES), fc.constantFrom(...SOURCES)),
    ),
    mostly('', ENDS),
  )
  .map(([select, items, end]) => `${select}${items.join('')}${end}`);

let cluster: Cluster;
let session: SuperuserSession;
beforeAll(async () => {
  cluster = await startCluster();
  session = await cluster.session();
  await session.run('create temp table t (a int, b int); insert into t values (1, null), (null, 2), (null, null)');
  await session.run('create temp table s (a int, b int)');
});
afterAll(async () => {
  await session?.close();
  await cluster?.stop();
});

test('generated queries', async () => {
  let columns = 0;
  await fc.assert(
    fc.asyncProperty(query, async (text) => {
      const known: readonly boolean[] = neverNullColumns(text);
      const { error, results } = await session.run(text);
      if (error !== undefined) return;
      for (const row of results[0]?.rows ?? []) {
        expect(row.length, text).toBeGreaterThanOrEqual(known.length);
        for (const [at, isNeverNull] of known.entries()) {
          if (!isNeverNull) continue;
          columns += 1;
          expect(row[at], `${text}, column ${at + 1}`).not.toBeNull();
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(columns).toBeGreaterThan(RUNS / 2);
});
