import fc from 'fast-check';
import type { Steps } from './calls.ts';
import { literal } from './sql-text.ts';

const relation: fc.Arbitrary<string> = fc
  .constantFrom('foo', 'pk1', 'nopk', '"Weird Name"', 's1.t', 'v1', 'part', 'gen', 'dropt', 'nosuch', 'priv', 'pk1i')
  .map(literal);
const attributes: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: -1, max: 5 }), { maxLength: 3 })
  .map((numbers) => `'${numbers.join(' ')}'`);
const value: fc.Arbitrary<string> = fc.constantFrom(
  "'1'",
  "'2'",
  "'3'",
  "'0'",
  "'a'",
  'null',
  "''",
  "'o''brien \\ back'",
  "'ü\"'",
);
const values: fc.Arbitrary<string> = fc
  .array(value, { maxLength: 3 })
  .map((elements) => `array[${elements.join(', ')}]::text[]`);
const count: fc.Arbitrary<number> = fc.integer({ min: -1, max: 3 });

/** Calls that ask the local catalog only. */
export const localCatalogCall: fc.Arbitrary<Steps> = fc.oneof(
  relation.map((name) => [`select * from dblink_get_pkey(${name})`]),
  fc
    .tuple(fc.constantFrom('insert', 'update'), relation, attributes, count, values, values)
    .map(([kind, name, keys, n, source, goal]) => [
      `select dblink_build_sql_${kind}(${name}, ${keys}, ${n}, ${source}, ${goal})`,
    ]),
  fc
    .tuple(relation, attributes, count, values)
    .map(([name, keys, n, goal]) => [`select dblink_build_sql_delete(${name}, ${keys}, ${n}, ${goal})`]),
  fc
    .tuple(
      fc.constantFrom('host=h', 'user=u', 'password=p', 'hos=x', 'use_scram_passthrough=no', 'client_encoding=x'),
      fc.constantFrom('pg_foreign_server', 'pg_user_mapping', 'pg_class'),
    )
    .map(([option, catalog]) => [`select dblink_fdw_validator(array['${option}'], '${catalog}'::regclass)`]),
);
