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

// A list as wide as any table that people write.
type Wide =
  ColumnListRow<'t(column_0 numeric(10,2), column_1 int, column_2 numeric(10,2), column_3 int, column_4 numeric(10,2), column_5 int, column_6 numeric(10,2), column_7 int, column_8 numeric(10,2), column_9 int, column_10 numeric(10,2), column_11 int, column_12 numeric(10,2), column_13 int, column_14 numeric(10,2), column_15 int, column_16 numeric(10,2), column_17 int, column_18 numeric(10,2), column_19 int, column_20 numeric(10,2), column_21 int, column_22 numeric(10,2), column_23 int, column_24 numeric(10,2), column_25 int, column_26 numeric(10,2), column_27 int, column_28 numeric(10,2), column_29 int, column_30 numeric(10,2), column_31 int, column_32 numeric(10,2), column_33 int, column_34 numeric(10,2), column_35 int, column_36 numeric(10,2), column_37 int, column_38 numeric(10,2), column_39 int, column_40 numeric(10,2), column_41 int, column_42 numeric(10,2), column_43 int, column_44 numeric(10,2), column_45 int, column_46 numeric(10,2), column_47 int, column_48 numeric(10,2), column_49 int, column_50 numeric(10,2), column_51 int, column_52 numeric(10,2), column_53 int, column_54 numeric(10,2), column_55 int, column_56 numeric(10,2), column_57 int, column_58 numeric(10,2), column_59 int, column_60 numeric(10,2), column_61 int, column_62 numeric(10,2), column_63 int, column_64 numeric(10,2), column_65 int, column_66 numeric(10,2), column_67 int, column_68 numeric(10,2), column_69 int, column_70 numeric(10,2), column_71 int, column_72 numeric(10,2), column_73 int, column_74 numeric(10,2), column_75 int, column_76 numeric(10,2), column_77 int, column_78 numeric(10,2), column_79 int, column_80 numeric(10,2), column_81 int, column_82 numeric(10,2), column_83 int, column_84 numeric(10,2), column_85 int, column_86 numeric(10,2), column_87 int, column_88 numeric(10,2), column_89 int, column_90 numeric(10,2), column_91 int, column_92 numeric(10,2), column_93 int, column_94 numeric(10,2), column_95 int, column_96 numeric(10,2), column_97 int, column_98 numeric(10,2), column_99 int)'>;
same<Wide['column_98'], string | null>();
same<Wide['column_99'], number | null>();

// @ts-expect-error a column that may be NULL is not a number
same<ColumnListRow<'t(a int)'>, { a: number }>();
// @ts-expect-error a column that is not in the list is not in the row
same<ColumnListRow<'t(a int)'>, { a: number | null; b: string | null }>();
