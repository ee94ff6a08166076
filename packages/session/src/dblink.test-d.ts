import type { Dblink, TextRows } from './index.ts';

// Compiled, never run: the types that a column list gives to rows.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function assertType<_T extends true>(): void {}

export async function rowTypes(db: Dblink): Promise<void> {
  const typed = await db.dblink('c', 'select …', 't(a int not null, b text, c numeric(10,2)[])');
  assertType<Same<(typeof typed.rows)[number], { a: number; b: string | null; c: (string | null)[] | null }>>();

  // What the query's own text shows needs no word in the list.
  const shown = await db.dblink(
    'c',
    'select count(*), min(b), array_agg(c) from s',
    't(a int, b text, c numeric(10,2)[])',
  );
  assertType<Same<(typeof shown.rows)[number], { a: number; b: string | null; c: (string | null)[] | null }>>();

  const counted = await db.params('c', 'select count(*)::int as n, $1 from s', ['x'], '(n int, x text)');
  assertType<Same<(typeof counted.rows)[number], { n: number; x: string | null }>>();

  const perSource = await db.gather(['c', 'd'], 'select count(*), max(a) from s', '(n bigint, a int)');
  assertType<Same<(typeof perSource.rows)[number], { readonly source: string } & { n: bigint; a: number | null }>>();

  const later: string = ['select', '1'].join(' ');
  const unknown = await db.dblink('c', later, '(a int)');
  assertType<Same<(typeof unknown.rows)[number], { a: number | null }>>();

  const pattern = `select 1, ${later}` as const;
  const half = await db.dblink('c', pattern, '(a int, b int)');
  assertType<Same<(typeof half.rows)[number], { a: number | null; b: number | null }>>();

  const unnamed = await db.dblink(undefined, 'select 1', '(flag boolean, id bigint)', { failOnError: false });
  assertType<Same<(typeof unnamed.rows)[number], { flag: boolean; id: bigint | null }>>();

  const fetched = await db.fetch('c', 'cursor', 10, 't(a timestamptz)');
  assertType<Same<(typeof fetched.rows)[number], { a: string | null }>>();

  const result = await db.getResult('c', 't(a jsonb not null)');
  assertType<Same<(typeof result.rows)[number], { a: unknown }>>();

  const text = await db.dblink('c', 'select 1', false);
  assertType<Same<typeof text, TextRows>>();
}
