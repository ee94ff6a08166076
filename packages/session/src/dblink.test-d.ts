import type { Dblink, TextRows } from './index.ts';

// Compiled, never run: the types that a column list gives to rows.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function assertType<_T extends true>(): void {}

export async function rowTypes(db: Dblink): Promise<void> {
  const typed = await db.dblink('c', 'select …', 't(a int not null, b text, c numeric(10,2)[])');
  assertType<Same<(typeof typed.rows)[number], { a: number; b: string | null; c: (string | null)[] | null }>>();

  const unnamed = await db.dblink(undefined, 'select 1', '(flag boolean, id bigint)', { failOnError: false });
  assertType<Same<(typeof unnamed.rows)[number], { flag: boolean | null; id: bigint | null }>>();

  const fetched = await db.fetch('c', 'cursor', 10, 't(a timestamptz)');
  assertType<Same<(typeof fetched.rows)[number], { a: string | null }>>();

  const result = await db.getResult('c', 't(a jsonb not null)');
  assertType<Same<(typeof result.rows)[number], { a: unknown }>>();

  const text = await db.dblink('c', 'select 1', false);
  assertType<Same<typeof text, TextRows>>();
}
