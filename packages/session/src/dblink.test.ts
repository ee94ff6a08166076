import { describe, expect, it } from 'vitest';
import { type Reply, type Script, ScriptedConnection } from '../test/support/scripted-connection.ts';
import { createDblink, type Dblink, type DblinkNotice, isDblinkError, type LocalDatabase } from './index.ts';

interface Scene {
  readonly db: Dblink;
  readonly connections: ScriptedConnection[];
  readonly conninfos: string[];
  readonly notices: DblinkNotice[];
}

function scene(script: Script = () => [], local: LocalDatabase = {}): Scene {
  const connections: ScriptedConnection[] = [];
  const conninfos: string[] = [];
  const notices: DblinkNotice[] = [];
  const db = createDblink({
    connect: async (conninfo) => {
      conninfos.push(conninfo);
      const connection = new ScriptedConnection(script);
      connections.push(connection);
      return connection;
    },
    local,
    onNotice: (notice) => notices.push(notice),
  });
  return { db, connections, conninfos, notices };
}

const rows = (...values: string[]): Reply[] => [
  { columns: ['a'] },
  ...values.map((value) => ({ row: [value] })),
  { tag: `SELECT ${values.length}` },
];

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('connections', () => {
  it('are found by the first 63 bytes of their names, and a longer name is noticed', async () => {
    const { db, notices } = scene(() => rows('1'));
    const name = 'y'.repeat(70);
    await db.connect(name, 'dbname=x');
    expect(notices).toMatchObject([
      { sqlState: '42622', message: `identifier "${name}" will be truncated to "${'y'.repeat(63)}"` },
    ]);
    expect((await db.dblink(`${'y'.repeat(63)}other`, 'select 1')).rows).toEqual([['1']]);
    expect(await db.getConnections()).toEqual(['y'.repeat(63)]);
  });

  it('with a name in use are refused before anything is opened', async () => {
    const { db, conninfos } = scene();
    await db.connect('a', 'dbname=x');
    expect(await failure(db.connect('a', 'bogus'))).toMatchObject({
      sqlState: '42710',
      message: 'duplicate connection name',
    });
    expect(conninfos).toEqual(['dbname=x']);
    await db.connect('A', 'dbname=x');
  });

  it('that cannot be made free their name and say why', async () => {
    const db = createDblink({ connect: () => Promise.reject(new Error('no road\n')) });
    expect(await failure(db.connect('a', 'dbname=x'))).toMatchObject({
      sqlState: '08001',
      message: 'could not establish connection',
      detail: 'no road',
    });
    expect(await db.getConnections()).toBeNull();
  });

  it('without a name replace one another, but only once the new one stands', async () => {
    const { db, connections } = scene(() => rows('1'));
    await db.connect('dbname=x');
    await db.connect('dbname=y');
    expect(connections.map(({ phase }) => phase)).toEqual(['closed', 'idle']);
    expect((await db.dblink('select 1')).rows).toEqual([['1']]);
  });

  it('that are missing are named as the caller named them', async () => {
    const { db } = scene();
    expect(await failure(db.dblink('select 1'))).toMatchObject({
      sqlState: '08003',
      message: 'connection not available',
    });
    expect(await failure(db.disconnect('nope'))).toMatchObject({ message: 'connection "nope" not available' });
    expect(await failure(db.isBusy('nope'))).toMatchObject({ sqlState: '08003' });
    expect(await db.getNotify()).toEqual([]);
  });

  it('of a call of their own are closed when it ends, also by an error', async () => {
    const { db, connections } = scene(() => [{ error: { message: 'no', sqlState: '42601' } }]);
    expect(await failure(db.dblink('dbname=x', 'select 1'))).toMatchObject({
      sqlState: '42601',
      context: 'while executing query on unnamed dblink connection',
    });
    expect(connections[0]?.phase).toBe('closed');
  });

  it('take over the local encoding unless they have it', async () => {
    const { db, connections } = scene();
    await db.connect('a', 'dbname=x');
    expect(connections[0]?.statements).toEqual([]);
    const latin = new ScriptedConnection();
    latin.serverParameters.set('client_encoding', 'LATIN1');
    await createDblink({ connect: async () => latin }).connect('dbname=y');
    expect(latin.statements).toEqual(["set client_encoding to 'UTF8'"]);
  });
});

describe('the password rule', () => {
  const asUser: LocalDatabase = { isSuperuser: () => false };

  it.each(['dbname=x', 'password=', "password=pw password=''", 'bogus', 'postgresql://u@h/d'])(
    'refuses %j before connecting',
    async (conninfo) => {
      const { db, conninfos } = scene(undefined, asUser);
      expect(await failure(db.connect('c', conninfo))).toMatchObject({
        sqlState: '2F003',
        message: 'password or GSSAPI delegated credentials required',
        detail: 'Non-superusers must provide a password in the connection string or send delegated GSSAPI credentials.',
      });
      expect(conninfos).toEqual([]);
    },
  );

  it('refuses a server that did not ask for the password, and closes the connection', async () => {
    const { db, connections } = scene(undefined, asUser);
    expect(await failure(db.connect('c', 'postgresql://u:pw@h/d'))).toMatchObject({
      sqlState: '2F003',
      detail:
        'Non-superusers may only connect using credentials they provide, eg: password in connection string or delegated GSSAPI credentials',
      hint: "Ensure provided credentials match target server's authentication method.",
    });
    expect(connections[0]?.phase).toBe('closed');
    expect(await db.getConnections()).toBeNull();
  });

  it('does not bind connect_u', async () => {
    const { db } = scene(undefined, asUser);
    expect(await db.connectU('c', 'dbname=x')).toBe('OK');
  });

  it('holds for foreign servers, whose string is made of their options', async () => {
    const local: LocalDatabase = {
      isSuperuser: () => true,
      foreignServer: (name) =>
        name === 'srv'
          ? { wrapperOptions: [], serverOptions: [{ name: 'host', value: 'h' }], userMappingOptions: [] }
          : undefined,
    };
    const { db, conninfos } = scene(undefined, local);
    await db.connect('c', 'srv');
    await db.connect('d', 'SRV=1');
    expect(conninfos).toEqual(["host='h' ", 'SRV=1']);
  });
});

describe('cursors', () => {
  const transactions: Script = (sql) => {
    if (/^(begin)/i.test(sql)) return [{ status: 'T' }, { tag: 'BEGIN' }];
    if (/^(commit)/i.test(sql)) return [{ status: 'I' }, { tag: 'COMMIT' }];
    if (sql.includes('nosuch')) return [{ error: { message: 'no such table', sqlState: '42P01' } }];
    return [{ tag: 'DECLARE CURSOR' }];
  };

  it('open a transaction of their own and commit it with the last close', async () => {
    const { db, connections } = scene(transactions);
    await db.connect('n', 'dbname=x');
    await db.open('n', 'c', 'select 1');
    await db.open('n', 'd', 'select 2');
    await db.close('n', 'c');
    await db.close('n', 'd');
    expect(connections[0]?.statements).toEqual([
      'BEGIN',
      'DECLARE c CURSOR FOR select 1',
      'DECLARE d CURSOR FOR select 2',
      'CLOSE c',
      'CLOSE d',
      'COMMIT',
    ]);
  });

  it("leave the user's transaction alone", async () => {
    const { db, connections } = scene(transactions);
    await db.connect('dbname=x');
    await db.exec('begin');
    await db.open('c', 'select 1');
    await db.close('c');
    expect(connections[0]?.statements).toEqual(['begin', 'DECLARE c CURSOR FOR select 1', 'CLOSE c']);
  });

  it('count a failed open, so that the closes after it do not commit', async () => {
    const { db, connections, notices } = scene(transactions);
    await db.connect('n', 'dbname=x');
    await db.open('n', 'c1', 'select 1');
    expect(await db.open('n', 'c2', 'select * from nosuch', false)).toBe('ERROR');
    expect(notices).toMatchObject([{ context: 'while opening cursor "c2" on dblink connection named "n"' }]);
    await db.close('n', 'c1');
    expect(connections[0]?.statements.at(-1)).toBe('CLOSE c1');
  });

  it('keep the counts of the unnamed slot when its connection is replaced', async () => {
    const { db, connections } = scene(transactions);
    await db.connect('dbname=x');
    await db.open('c1', 'select 1');
    await db.disconnect();
    await db.connect('dbname=x');
    await db.exec('begin');
    await db.close('z');
    expect(connections[1]?.statements).toEqual(['begin', 'CLOSE z', 'COMMIT']);
  });

  it('raise begin and commit errors whatever fail_on_error says', async () => {
    const { db } = scene(() => [{ error: { message: 'no', sqlState: '25006' } }]);
    await db.connect('n', 'dbname=x');
    expect(await failure(db.open('n', 'c', 'select 1', false))).toMatchObject({
      sqlState: 'XX000',
      message: 'begin error: ERROR:  no',
    });
  });

  it('that are missing raise 34000 when FETCH gives a tag instead of rows', async () => {
    const { db } = scene(() => [{ tag: 'SET' }]);
    await db.connect('n', 'dbname=x');
    expect(await failure(db.fetch('n', 'c', 1, false))).toMatchObject({
      sqlState: '34000',
      message: 'cursor "c" does not exist',
      context: undefined,
    });
  });

  it('cut the phase of a context line at 511 bytes', async () => {
    const { db } = scene(() => [{ error: { message: 'no' } }]);
    await db.connect('n', 'dbname=x');
    const error = await failure(db.close('n', `"${'q'.repeat(600)}"`));
    const context = isDblinkError(error) ? (error.context ?? '') : '';
    expect(context.slice(511)).toBe(' on dblink connection named "n"');
  });
});

describe('dblink', () => {
  it('returns the last row set, or the tag of the last command as one status row', async () => {
    const { db } = scene((sql) => [...rows('1'), ...(sql === 'rows' ? rows('2', '3') : [{ tag: 'SET' }])]);
    await db.connect('dbname=x');
    expect((await db.dblink('rows')).rows).toEqual([['2'], ['3']]);
    expect(await db.dblink('tag')).toMatchObject({ rows: [['SET']], command: 'SET', fields: [{ name: 'status' }] });
  });

  it('keeps the rows before an error that is only noticed', async () => {
    const { db, notices } = scene(() => [
      ...rows('1'),
      { columns: ['a'] },
      { row: ['2'] },
      { error: { message: 'division by zero', sqlState: '22012', context: 'inner', hint: 'h', detail: 'd' } },
    ]);
    await db.connect('n', 'dbname=x');
    expect((await db.dblink('n', 'select', false)).rows).toEqual([['2']]);
    expect(notices).toMatchObject([
      {
        level: 'NOTICE',
        sqlState: '22012',
        message: 'division by zero',
        detail: 'd',
        hint: 'h',
        context: 'inner\nwhile executing query on dblink connection named "n"',
      },
    ]);
  });

  it('has no message of its own for an empty query', async () => {
    const { db } = scene(() => [{ empty: true }]);
    await db.connect('n', 'dbname=x');
    expect(await failure(db.dblink('n', ''))).toMatchObject({
      sqlState: '08006',
      message: 'could not obtain message string for remote error',
    });
  });

  it('refuses COPY, and its own end is no answer to anyone', async () => {
    const { db } = scene((sql) =>
      sql === 'copy' ? [{ copy: 'in' }, { error: { message: 'COPY failed' } }] : rows('1'),
    );
    await db.connect('n', 'dbname=x');
    expect(await failure(db.dblink('n', 'copy'))).toMatchObject({ sqlState: '0A000' });
    expect(await failure(db.exec('n', 'copy'))).toMatchObject({ sqlState: '08006' });
    expect(await db.errorMessage('n')).toBe('OK');
    expect((await db.dblink('n', 'select 1')).rows).toEqual([['1']]);
  });

  it('exec wants a command, and says so after it has run', async () => {
    const { db } = scene((sql) => (sql === 'rows' ? rows('1') : [...rows('1'), { tag: 'INSERT 0 1' }]));
    await db.connect('dbname=x');
    expect(await db.exec('tag')).toBe('INSERT 0 1');
    expect(await failure(db.exec('rows', false))).toMatchObject({
      sqlState: '2F003',
      message: 'statement returning results not allowed',
    });
  });
});
