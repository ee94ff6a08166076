import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call } from '../src/index.ts';
import { openEngine, type TestEngine } from './fixture.ts';

let engine: TestEngine;

const shown = (call: Call, value: unknown): void =>
  call.returnText(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item)));

beforeAll(async () => {
  engine = await openEngine({
    echo_text: { sql: 'echo_text(text) RETURNS text', body: (call) => call.returnText(call.text(0)) },
    text_length: { sql: 'text_length(text) RETURNS int', body: (call) => call.returnInt4(call.text(0).length) },
    echo_varchar: { sql: 'echo_varchar(varchar) RETURNS varchar', body: (call) => call.returnText(call.text(0)) },
    echo_name: { sql: 'echo_name(name) RETURNS text', body: (call) => call.returnText(call.name(0)) },
    echo_cstring: { sql: 'echo_cstring(cstring) RETURNS text', body: (call) => call.returnText(call.name(0)) },
    echo_int2: { sql: 'echo_int2(int2) RETURNS int2', body: (call) => call.returnInt4(call.int2(0)) },
    echo_int4: { sql: 'echo_int4(int4) RETURNS int4', body: (call) => call.returnInt4(call.int4(0)) },
    echo_int8: { sql: 'echo_int8(int8) RETURNS int8', body: (call) => call.returnInt8(call.int8(0)) },
    echo_float8: { sql: 'echo_float8(float8) RETURNS float8', body: (call) => call.returnFloat8(call.float8(0)) },
    echo_oid: { sql: 'echo_oid(oid) RETURNS oid', body: (call) => call.returnOid(call.oid(0)) },
    echo_bool: { sql: 'echo_bool(bool) RETURNS bool', body: (call) => call.returnBool(call.bool(0)) },
    echo_bytea: { sql: 'echo_bytea(bytea) RETURNS bytea', body: (call) => call.returnBytea(call.bytea(0)) },
    echo_array: {
      sql: 'echo_array(text[]) RETURNS text[]',
      body: (call) => call.returnTextArray(call.textArray(0)),
    },
    show_array: { sql: 'show_array(text[]) RETURNS text', body: (call) => shown(call, call.textArray(0)) },
    show_vector: { sql: 'show_vector(int2vector) RETURNS text', body: (call) => shown(call, call.int2Vector(0)) },
    two: {
      sql: 'two(int, text DEFAULT NULL) RETURNS text',
      attributes: '',
      body: (call) => shown(call, [call.nargs, call.isNull(0), call.isNull(1)]),
    },
    read_null: { sql: 'read_null(text) RETURNS text', attributes: '', body: (call) => call.returnText(call.text(0)) },
    no_such: { sql: 'no_such() RETURNS text', body: (call) => call.returnText(call.text(3)) },
    nothing: { sql: 'nothing() RETURNS text', body: () => undefined },
    nobody: { sql: 'nobody() RETURNS void', body: (call) => call.returnVoid() },
    null_after_text: {
      sql: 'null_after_text() RETURNS text',
      body: (call) => {
        call.returnText('dropped');
        call.returnNull();
      },
    },
    own_oid: { sql: 'own_oid() RETURNS oid', body: (call) => call.returnOid(call.functionOid) },
    zero_byte: { sql: 'zero_byte() RETURNS text', body: (call) => call.returnText('a\0b') },
    many_elements: {
      sql: 'many_elements(int) RETURNS text[]',
      body: (call) =>
        call.returnTextArray(Array.from({ length: call.int4(0) }, (_, i) => (i % 7 === 0 ? null : `e${i}`))),
    },
  });
});

afterAll(() => engine.pg.close());

test.each([
  ["''", ''],
  ["'grüße, 世界 🐘'", 'grüße, 世界 🐘'],
  ["repeat('x', 126)", 'x'.repeat(126)],
  ["repeat('x', 127)", 'x'.repeat(127)],
  ["repeat('ä', 1000000)", 'ä'.repeat(1_000_000)],
])('text %s comes and goes', async (sql, expected) => {
  expect(await engine.value(`SELECT echo_text(${sql})`)).toBe(expected);
});

test('a byte order mark is a character like any other', async () => {
  expect(await engine.value(`SELECT text_length(E'\\uFEFFbom')`)).toBe(4);
  expect(await engine.value(`SELECT octet_length(echo_text(E'\\uFEFFbom'))`)).toBe(6);
});

test('stored text is read whether short, compressed or out of line', async () => {
  await engine.pg.exec(`
    CREATE TABLE stored (id int, t text);
    ALTER TABLE stored ALTER t SET STORAGE MAIN;
    INSERT INTO stored VALUES (1, 'short'), (2, repeat('compress me ', 500));
    CREATE TABLE external (t text);
    ALTER TABLE external ALTER t SET STORAGE EXTERNAL;
    INSERT INTO external SELECT string_agg(md5(i::text), '') FROM generate_series(1, 5000) i;`);
  expect(await engine.values('SELECT text_length(t) FROM stored ORDER BY id')).toEqual([5, 6000]);
  expect(await engine.value('SELECT text_length(t) FROM external')).toBe(160_000);
  expect(await engine.value('SELECT echo_text(t) = t FROM external')).toBe(true);
});

test('names and C strings are read to their zero', async () => {
  expect(await engine.value(`SELECT echo_name('näme'::name)`)).toBe('näme');
  expect(await engine.value(`SELECT echo_cstring('c string')`)).toBe('c string');
  expect(await engine.value(`SELECT echo_varchar('v'::varchar)`)).toBe('v');
});

test.each([
  ['int2', ['-32768', '-1', '0', '32767']],
  ['int4', ['-2147483648', '-1', '0', '2147483647']],
  ['int8', ['-9223372036854775808', '-1', '0', '9223372036854775807']],
  ['float8', ['-Infinity', '-0', '0', '5e-324', '1.7976931348623157e+308', 'Infinity', 'NaN']],
  ['oid', ['0', '1', '4294967295']],
  ['bool', ['false', 'true']],
])('every %s comes and goes', async (type, values) => {
  for (const value of values) {
    expect(await engine.value(`SELECT echo_${type}('${value}')::text`)).toBe(value);
  }
});

test('bytea keeps zeros and its length', async () => {
  expect(await engine.value(`SELECT echo_bytea('\\x00ff00')::text`)).toBe('\\x00ff00');
  expect(await engine.value(`SELECT length(echo_bytea(decode(repeat('00ff', 100000), 'hex')))`)).toBe(200_000);
});

test('text arrays keep NULL elements', async () => {
  expect(await engine.value(`SELECT show_array('{}')`)).toBe('[]');
  expect(await engine.value(`SELECT show_array('{NULL,"NULL","",a\\,b}')`)).toBe('[null,"NULL","","a,b"]');
  expect(await engine.value(`SELECT show_array('{{a,b},{c,NULL}}')`)).toBe('["a","b","c",null]');
  expect(await engine.value(`SELECT echo_array('{}')::text`)).toBe('{}');
  expect(await engine.value(`SELECT echo_array('{NULL,"NULL","",ü}')::text`)).toBe('{NULL,"NULL","",ü}');
  expect(await engine.value(`SELECT echo_array(array[repeat('x', 100000)]) = array[repeat('x', 100000)]`)).toBe(true);
  expect(await engine.value('SELECT array_length(many_elements(100000), 1)')).toBe(100_000);
});

test('int2vectors are read', async () => {
  expect(await engine.value(`SELECT show_vector('')`)).toBe('[]');
  expect(await engine.value(`SELECT show_vector('1 -2 32767')`)).toBe('[1,-2,32767]');
  expect(await engine.value(`SELECT show_vector(indkey) FROM pg_index WHERE indexrelid = 2662`)).toBe('[1]');
});

test('NULL arguments are told, and are an error when read', async () => {
  expect(await engine.value('SELECT two(NULL)')).toBe('[2,true,true]');
  expect(await engine.value(`SELECT two(1, 'x')`)).toBe('[2,false,false]');
  expect(await engine.error('SELECT read_null(NULL)')).toMatchObject({
    code: '22004',
    message: 'argument 1 of function read_null is null',
  });
  expect(await engine.error('SELECT no_such()')).toMatchObject({
    code: 'XX000',
    message: 'function has no argument 3',
  });
});

test('a body that sets no result returns NULL', async () => {
  expect(await engine.values('SELECT nothing() IS NULL')).toEqual([true]);
  expect(await engine.values('SELECT nobody()::text')).toEqual(['']);
  expect(await engine.values('SELECT null_after_text() IS NULL')).toEqual([true]);
});

test('a function knows its own OID', async () => {
  expect(await engine.value(`SELECT own_oid() = 'own_oid()'::regprocedure`)).toBe(true);
});

test('a string with a zero character is no text', async () => {
  expect(await engine.error('SELECT zero_byte()')).toMatchObject({
    code: '22021',
    message: 'invalid byte sequence for encoding "UTF8": 0x00',
  });
});

test('calls do not leak: 200,000 of them in one statement keep memory where it was', async () => {
  const used = `SELECT sum(used_bytes)::float8 FROM pg_backend_memory_contexts`;
  const before = Number(await engine.value(used));
  expect(await engine.value(`SELECT sum(length(echo_text('abc' || i)))::int FROM generate_series(1, 200000) i`)).toBe(
    1_688_895,
  );
  expect(Number(await engine.value(used)) - before).toBeLessThan(1_000_000);
});
