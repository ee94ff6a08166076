import { expect, it } from 'vitest';
import { neverNullColumns } from './never-null.ts';
import type { NeverNullColumns } from './never-null-types.ts';

/** The compiler's answer stands beside the query: one that differs is a type error, one that is wrong a failure. */
function known<const Query extends string>(
  query: Query,
  columns: NeverNullColumns<Query>,
): [string, readonly boolean[]] {
  return [query, columns];
}

it.each([
  known('select 1', [true]),
  known('SELECT count(*), min(name) FROM t', [true]),
  known('SELECT id, count(*) AS n FROM t', [false, true]),
  known("select count(*)::int as n, name, 'x' as source from t", [true, false, true]),
  known('select\n\tcount(id) n,\r\n\tname\nfrom t\nwhere true', [true, false]),
  known('  select true, false, null, 07 , current_date, current_timestamp,now()  ', [
    true,
    true,
    false,
    true,
    true,
    true,
    true,
  ]),
  known('select coalesce(x, 0) as x, coalesce( y ,0)::text, y from t', [true, true, false]),
  known("select coalesce(a, 'none'), 1 from t", [true, true]),
  known('select coalesce(a, b), 1 from t', []),
  known('select coalesce(a, b, 0), 1 from t', []),
  known('select coalesce(max(a), 0), 1 from t', []),
  known('select 1 a, 2 as "b, c", 3', [true]),
  known("select 'it''s', 1", []),
  known("select 'a' || null, 1", [false, true]),
  known('select 1 + null, 1 +a, 1 is null, 2', [false, false, false, true]),
  known('select 1, a[1], 2 from t', [true]),
  known('select 1, $1, 2', [true]),
  known('select 1, $$a, b$$, 2', [true]),
  known('select 1, t.*, 2 from t', [true]),
  known('select true and a, 1 from t', [false, true]),
  known('select true and fromage, 1', [false, true]),
  known('select 1::mood, 1::int::text, 1::bigint', [false, false, true]),
  known('select distinct 1, 2', [false, true]),
  known('select count(distinct a), 1 from t', []),
  known('select 1 where false', [false]),
  known('select 1, a is distinct from b, 2 from t', [true, false]),
  known('select 1 union select null', []),
  known('select 1 from t group by grouping sets ((), (1))', []),
  known('select 1; select null', []),
  known('select 1 -- a, b\n, null', []),
  known('select /* , */ a, 1', []),
  known('values (1)', []),
  known('with a as (select 1) select 1 from a', []),
  known('insert into t values (1) returning 1', []),
  known('', []),
])('knows the columns of %j', (query, columns) => {
  expect(neverNullColumns(query)).toEqual(columns);
});
