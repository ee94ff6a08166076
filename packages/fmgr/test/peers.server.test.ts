import { describe, expect, test } from 'vitest';
import {
  type Call,
  cancelStatement,
  currentUserId,
  ereport,
  executeSql,
  foreignServer,
  openRelation,
  roleName,
  SqlError,
  setting,
  statementDeadline,
  userMappingOptions,
  withSettings,
} from '../src/index.ts';
import { dataRow, joined } from './data-rows.ts';
import { describeEngine, hosted, PEERS } from './fixture.ts';

const int64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value);
  return bytes;
};

const functions = {
  sum: {
    sql: 'sum_all(int2, int4, int8, float8) RETURNS float8',
    body: (call: Call) => call.returnFloat8(call.int2(0) + call.int4(1) + Number(call.int8(2)) + call.float8(3)),
  },
  words: {
    sql: 'words(text[], bytea, bool, name) RETURNS text[]',
    body: (call: Call) =>
      call.returnTextArray([...call.textArray(0), String(call.bytea(1)), String(call.bool(2)), call.name(3), null]),
  },
  fails: {
    sql: 'fails() RETURNS int',
    body: () => {
      throw new SqlError({ sqlState: '08006', message: 'm', detail: 'd', hint: 'h', context: 'c' });
    },
  },
  throws: {
    sql: 'throws() RETURNS int',
    body: () => {
      throw new Error('thrown');
    },
  },
  says: {
    sql: 'says() RETURNS void',
    body: (call: Call) => ereport(call.engine, 'NOTICE', { message: 'said' }),
  },
  rows: {
    sql: 'rows() RETURNS SETOF record',
    body: (call: Call) => {
      call.prepareSet();
      const rows = call.openRows(call.resultDescriptor(), [1, 0, 1, 0, 1]);
      const numeric = Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 2, 0, 12, 0x0d, 0x7a);
      rows.put(
        joined([
          dataRow([Uint8Array.of(0, 0, 0, 7), 'text ü', int64(86_400_000_000n), '{1,2}', numeric]),
          dataRow([null, null, null, null, null]),
        ]),
      );
    },
  },
  status: {
    sql: 'status() RETURNS SETOF record',
    body: (call: Call) => {
      call.prepareSet();
      call.openRows(call.ownDescriptor([{ name: 'status', typeOid: 25 }])).putText(['DO']);
    },
  },
  looks: {
    sql: 'looks() RETURNS text',
    body: (call: Call) => {
      const { engine } = call;
      const server = foreignServer(engine, 'srv');
      const seen = {
        role: roleName(engine, currentUserId(engine)),
        options: server?.options,
        mapping: server === undefined ? [] : userMappingOptions(engine, currentUserId(engine), server),
        key: openRelation(engine, 'keyed', ({ primaryKey, qualifiedName }) => [qualifiedName, ...primaryKey]),
        date: withSettings(engine, { DateStyle: 'German' }, () => executeSql(engine, `SELECT date '2020-02-01'`).rows),
        style: setting(engine, 'DateStyle'),
        deadline: statementDeadline(engine) === undefined,
      };
      call.returnText(JSON.stringify(seen));
    },
  },
  cancels: { sql: 'cancels() RETURNS void', body: (call: Call) => cancelStatement(call.engine, 'user request') },
};

describe.each(Object.entries(PEERS))('the %s PGlite of the peer range', (_, Peer) => {
  test('does all of it', async () => {
    const engine = describeEngine(await Peer.create({ extensions: { hosted: hosted(functions) } }));
    await engine.pg.exec(`
      CREATE EXTENSION hosted;
      CREATE TABLE keyed (a int, b text, PRIMARY KEY (b, a));
      CREATE FOREIGN DATA WRAPPER w;
      CREATE SERVER srv FOREIGN DATA WRAPPER w OPTIONS (host 'h');
      CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (user 'u');`);
    expect(await engine.value('SELECT sum_all(1::int2, 2, 3, 0.5)')).toBe(6.5);
    expect(await engine.value(`SELECT words('{a,NULL}', '\\x0102', true, 'n')::text`)).toBe(
      '{a,NULL,"1,2",true,n,NULL}',
    );
    expect(await engine.error('SELECT fails()')).toEqual({
      code: '08006',
      message: 'm',
      detail: 'd',
      hint: 'h',
      where: 'c',
    });
    expect(await engine.error('SELECT throws()')).toMatchObject({ code: 'XX000', message: 'thrown' });
    expect((await engine.notices('SELECT says()')).map(({ message }) => message)).toEqual(['said']);
    const columns = 'a int, b text, c timestamp, d int[], e numeric';
    expect(await engine.values(`SELECT t::text FROM rows() AS t(${columns})`)).toEqual([
      '(7,"text ü","2000-01-02 00:00:00","{1,2}",12.34)',
      '(,,,,)',
    ]);
    expect(await engine.error('SELECT * FROM rows() AS t(a int)')).toMatchObject({ code: '42804' });
    expect(await engine.value('SELECT status()::text')).toBe('(DO)');
    expect(JSON.parse(String(await engine.value('SELECT looks()')))).toEqual({
      role: 'postgres',
      options: [{ name: 'host', value: 'h' }],
      mapping: [{ name: 'user', value: 'u' }],
      key: ['keyed', 2, 1],
      date: [['01.02.2020']],
      style: 'ISO, MDY',
      deadline: true,
    });
    expect(await engine.error('SELECT cancels()')).toMatchObject({ code: '57014' });
    expect(await engine.value('SELECT 1 + 1')).toBe(2);
    await engine.pg.close();
  });
});
