import type { ColumnListRow, SqlTypeMap } from './column-list-types.ts';

// Checked by tsc: a wrong type is a compile error here.

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<const A, const B>(..._: Equal<A, B> extends true ? [] : [unequal: never]): void {}

same<ColumnListRow<'t(a int)'>, { a: number | null }>();
same<
  ColumnListRow<'t(a int NOT NULL, b text, c numeric(10,2)[])'>,
  { a: number; b: string | null; c: (string | null)[] | null }
>();
same<ColumnListRow<'(a bigint,b boolean)'>, { a: bigint | null; b: boolean | null }>();
same<ColumnListRow<'AS t (Id INTEGER, "Full Name" VARCHAR(20))'>, { id: number | null; 'Full Name': string | null }>();
same<
  ColumnListRow<`t(
    a  double precision,
    b	timestamp(3) with time zone not null
  )`>,
  { a: number | null; b: string }
>();
same<
  ColumnListRow<'t(a int[][], b text ARRAY, c int[3] not null)'>,
  {
    a: (number | null)[][] | null;
    b: (string | null)[] | null;
    c: (number | null)[];
  }
>();
same<ColumnListRow<'t(a numeric(10, 2), b numeric(3,1) not null)'>, { a: string | null; b: string }>();
same<ColumnListRow<'t("a,b" int, "c(d" text)'>, { 'a,b': number | null; 'c(d': string | null }>();
same<
  ColumnListRow<'t(a text collate "C", b pg_catalog.int4, c s1.mood)'>,
  {
    a: string | null;
    b: number | null;
    c: string | null;
  }
>();
same<ColumnListRow<'t(a jsonb, b bytea)'>, { a: unknown; b: Uint8Array | null }>();
same<ColumnListRow<'t(a numeric)', SqlTypeMap & { numeric: number }>, { a: number | null }>();
same<ColumnListRow<string>, Record<string, unknown>>();
same<ColumnListRow<'not a list'>, never>();

// @ts-expect-error a column that may be NULL is not a number
same<ColumnListRow<'t(a int)'>, { a: number }>();
// @ts-expect-error a column that is not in the list is not in the row
same<ColumnListRow<'t(a int)'>, { a: number | null; b: string | null }>();
