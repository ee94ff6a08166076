import { describe, expect, it } from 'vitest';
import { remoteError, type Script, ScriptedConnection } from '../test/support/scripted-connection.ts';
import { createDblink, createSession, type Dblink, type DblinkNotice } from './index.ts';

async function scene(script: Script): Promise<{ db: Dblink; connection: ScriptedConnection; notices: DblinkNotice[] }> {
  const connection = new ScriptedConnection(script);
  const notices: DblinkNotice[] = [];
  const db = createDblink({ connect: async () => connection, onNotice: (notice) => notices.push(notice) });
  await db.connect('n', 'dbname=x');
  return { db, connection, notices };
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const two = [{ columns: ['a'] }, { row: ['1'] }, { tag: 'SELECT 1' }, { tag: 'SET' }] as const;

describe('send_query and get_result', () => {
  it('hand out one result a call, and nothing at the end', async () => {
    const { db } = await scene(() => two);
    expect(await db.sendQuery('n', 'select 1; set a.b = 1')).toBe(1);
    expect((await db.getResult('n')).rows).toEqual([['1']]);
    expect((await db.getResult('n')).command).toBe('SET');
    expect((await db.getResult('n')).rows).toEqual([]);
    expect((await db.getResult('n')).rows).toEqual([]);
    expect(await db.sendQuery('n', 'again')).toBe(1);
  });

  it('refuse a second query until the end has been fetched; each refusal adds a line', async () => {
    const { db, notices } = await scene(() => two);
    await db.sendQuery('n', 'first');
    expect(await db.sendQuery('n', 'second')).toBe(0);
    expect(notices).toMatchObject([
      { sqlState: '00000', message: 'could not send query: another command is already in progress' },
    ]);
    expect(await failure(db.exec('n', 'third'))).toMatchObject({
      sqlState: '08006',
      message: 'another command is already in progress\nanother command is already in progress',
    });
    expect((await db.getResult('n')).rows).toEqual([['1']]);
  });

  it.each([
    ['is_busy', (db: Dblink) => db.isBusy('n')],
    ['get_notify', (db: Dblink) => db.getNotify('n')],
  ])('are over when %s finds nothing left to read', async (_name, look) => {
    const { db } = await scene(() => [{ tag: 'SET' }]);
    await db.sendQuery('n', 'first');
    await db.getResult('n');
    expect(await db.sendQuery('n', 'second')).toBe(0);
    await look(db);
    expect(await db.sendQuery('n', 'third')).toBe(1);
    await look(db);
    expect(await db.sendQuery('n', 'fourth')).toBe(0);
  });

  it('are thrown away by a dblink call that finds them', async () => {
    const { db } = await scene(() => two);
    await db.sendQuery('n', 'first');
    expect(await failure(db.dblink('n', 'second', false))).toMatchObject({
      sqlState: 'XX000',
      message: 'could not send query: another command is already in progress',
    });
    expect((await db.getResult('n')).rows).toEqual([]);
    expect((await db.dblink('n', 'third')).command).toBe('SET');
  });

  it('give no rows of a result that ends with an error', async () => {
    const { db, notices } = await scene(() => [
      { columns: ['a'] },
      { row: ['1'] },
      { error: { message: 'no', sqlState: '22012' } },
    ]);
    await db.sendQuery('n', 'select');
    expect((await db.getResult('n', false)).rows).toEqual([]);
    expect(notices).toMatchObject([{ sqlState: '22012' }]);
    expect(await db.errorMessage('n')).toBe('ERROR:  no');
  });

  it('is_busy while nothing can be had, and not after', async () => {
    const ready = gate();
    const { db } = await scene(() => [{ wait: ready.opened }, { tag: 'DO' }]);
    expect(await db.isBusy('n')).toBe(0);
    await db.sendQuery('n', 'do');
    expect(await db.isBusy('n')).toBe(1);
    ready.open();
    expect((await db.getResult('n')).command).toBe('DO');
    expect(await db.isBusy('n')).toBe(0);
  });

  it('an error message appears when its result is read, and goes with the next command', async () => {
    const { db } = await scene((sql) => (sql === 'bad' ? [{ error: { message: 'no' } }] : [{ tag: 'SET' }]));
    await db.sendQuery('n', 'bad');
    expect(await db.errorMessage('n')).toBe('OK');
    await failure(db.getResult('n'));
    expect(await db.errorMessage('n')).toBe('ERROR:  no');
    await db.getResult('n');
    await db.exec('n', 'good');
    expect(await db.errorMessage('n')).toBe('OK');
  });

  it('hold the server back when more arrives than is kept, and deliver it whole', async () => {
    const big = 'x'.repeat(1024 * 1024);
    const count = 40;
    let sent = 0;
    const script: Script = () => [
      { columns: ['a'] },
      ...Array.from({ length: count }, () => ({
        get row() {
          sent++;
          return [big];
        },
      })),
      { tag: `SELECT ${count}` },
    ];
    const { db } = await scene(script);
    await db.sendQuery('n', 'select');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sent).toBeLessThan(20);
    expect(await db.isBusy('n')).toBe(0);
    expect((await db.getResult('n')).rows).toHaveLength(count);
    expect((await db.getResult('n')).rows).toEqual([]);
  });
});

describe('a lost connection', () => {
  const LOST =
    'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.';
  const fatal = remoteError({ severity: 'FATAL', sqlState: '57P01', message: 'terminating connection' });
  const story = `FATAL:  terminating connection\n${LOST}`;

  it('gives the last words first, then the loss, then nothing to send to', async () => {
    const { db, notices } = await scene(() => [{ lost: story, fatal }]);
    expect(await db.sendQuery('n', 'select')).toBe(1);
    expect(await failure(db.getResult('n'))).toMatchObject({ sqlState: '57P01', message: 'terminating connection' });
    expect(await db.errorMessage('n')).toBe('FATAL:  terminating connection');
    expect(await failure(db.getResult('n'))).toMatchObject({ sqlState: '08006', message: `${story}\ninvalid socket` });
    expect(await db.sendQuery('n', 'select')).toBe(0);
    expect(notices).toMatchObject([{ message: 'could not send query: no connection to the server' }]);
    expect(await db.cancelQuery('n')).toBe('connection not open');
    expect(await db.getConnections()).toEqual(['n']);
    expect(await db.disconnect('n')).toBe('OK');
  });

  it('fails exec with the whole story, and later calls briefly', async () => {
    const { db } = await scene(() => [{ lost: story, fatal }]);
    expect(await failure(db.exec('n', 'set'))).toMatchObject({
      sqlState: '08006',
      message: `${story}\ninvalid socket`,
    });
    expect(await failure(db.exec('n', 'set'))).toMatchObject({ message: 'no connection to the server' });
    expect(await failure(db.dblink('n', 'select', false))).toMatchObject({
      sqlState: 'XX000',
      message: 'could not send query: no connection to the server',
    });
  });

  it('is learned bit by bit when input is read while results wait', async () => {
    const { db, notices } = await scene(() => [{ lost: story, fatal }]);
    await db.sendQuery('n', 'select');
    await new Promise((resolve) => setTimeout(resolve));
    expect(await db.isBusy('n')).toBe(0);
    expect(await db.errorMessage('n')).toBe('FATAL:  terminating connection');
    expect(await db.isBusy('n')).toBe(0);
    expect(await db.errorMessage('n')).toBe(story);
    expect(await db.cancelQuery('n')).toBe('connection not open');
    expect(await db.sendQuery('n', 'select')).toBe(0);
    expect(notices).toMatchObject([{ message: 'could not send query: no connection to the server' }]);
    expect(await failure(db.getResult('n'))).toMatchObject({ sqlState: '57P01', message: 'terminating connection' });
    expect(await failure(db.getResult('n'))).toMatchObject({ message: 'no connection to the server\ninvalid socket' });
    expect((await db.getResult('n')).rows).toEqual([]);
  });

  it('is learned bit by bit when input is read while idle', async () => {
    const { db, connection } = await scene(() => [{ lost: story, fatal }]);
    connection.phase = 'closed';
    expect(await db.isBusy('n')).toBe(0);
    expect(await db.cancelQuery('n')).toBe('OK');
    expect(await db.getNotify('n')).toEqual([]);
    expect(await db.cancelQuery('n')).toBe('connection not open');
    expect(await db.errorMessage('n')).toBe(LOST);
  });
});

describe('an interrupted call', () => {
  it('cancels the remote statement, waits for its end before the next, and leaves the connection usable', async () => {
    const ended = gate();
    const { db, connection } = await scene((sql) =>
      sql === 'slow'
        ? [{ wait: ended.opened }, { error: { message: 'canceled', sqlState: '57014' } }]
        : [{ tag: 'SET' }],
    );
    connection.onCancel = () => ended.open();
    const controller = new AbortController();
    const call = failure(db.exec('n', 'slow', { signal: controller.signal }));
    await Promise.resolve();
    controller.abort();
    expect(await call).toMatchObject({ sqlState: '57014', message: 'canceling statement due to user request' });
    expect(connection.cancels).toBe(1);
    expect(await db.exec('n', 'next')).toBe('SET');
    expect(await db.errorMessage('n')).toBe('OK');
  });

  it('closes a connection that does not answer the cancel request in time, and the next use says so', async () => {
    const late = gate();
    const connection = new ScriptedConnection(() => [{ wait: new Promise<void>(() => {}) }]);
    const session = createSession({ connect: async () => connection, delay: () => late.opened });
    const controller = new AbortController();
    const verbs = session.verbs();
    await verbs.connect('n', 'dbname=x');
    const call = failure(session.verbs({ signal: controller.signal }).exec('n', 'slow', true));
    await Promise.resolve();
    controller.abort();
    expect(await call).toMatchObject({ sqlState: '57014' });
    late.open();
    expect(await failure(verbs.exec('n', 'next', true))).toMatchObject({
      sqlState: '08006',
      message: 'connection was closed because the server did not answer a cancel request within 5 s',
    });
    expect(connection.phase).toBe('closed');
  });

  it('leaves an asynchronous query running', async () => {
    const ready = gate();
    const { db, connection } = await scene(() => [{ wait: ready.opened }, { tag: 'DO' }]);
    await db.sendQuery('n', 'do');
    const controller = new AbortController();
    const call = failure(db.getResult('n', { signal: controller.signal }));
    controller.abort();
    expect(await call).toMatchObject({ sqlState: '57014' });
    expect(connection.cancels).toBe(0);
    ready.open();
    expect((await db.getResult('n')).command).toBe('DO');
  });
});

describe('a consumer that refuses rows', () => {
  it('is not asked about a row set that fails before its first row', async () => {
    const failing = [{ columns: ['a', 'b'] }, { error: { message: 'no', sqlState: '22012' } }] as const;
    const { db } = await scene((sql) => (sql === 'both' ? [...two, ...failing] : failing));
    expect(await failure(db.dblink('n', 'one', 't(a int)'))).toMatchObject({ sqlState: '22012' });
    expect((await db.dblink('n', 'both', false)).rows).toEqual([['1']]);
    const empty = await scene(() => [{ columns: ['a', 'b'] }, { tag: 'SELECT 0' }]);
    expect(await failure(empty.db.dblink('n', 'none', 't(a int)'))).toMatchObject({ sqlState: '42804' });
  });

  it('has read to its end a connection that dies after the refusal, as if it had taken the rows', async () => {
    const dying = gate();
    const lost = 'server closed the connection unexpectedly';
    const { db } = await scene(() => [{ columns: ['a', 'b'] }, { row: ['1', '2'] }, { wait: dying.opened }, { lost }]);
    expect(await failure(db.dblink('n', 'select', 't(a int)'))).toMatchObject({ sqlState: '42804' });
    const next = failure(db.dblink('n', 'select'));
    dying.open();
    expect(await next).toMatchObject({ message: 'could not send query: no connection to the server' });
  });

  it('lets the remote statement run to its end before the next one, and does not cancel it', async () => {
    const more = gate();
    const connection = new ScriptedConnection((sql) =>
      sql === 'rows'
        ? [{ columns: ['a'] }, { row: ['x'] }, { wait: more.opened }, { tag: 'SELECT 1' }]
        : [{ tag: 'SET' }],
    );
    const verbs = createSession({ connect: async () => connection }).verbs();
    await verbs.connect('n', 'dbname=x');
    const refuse = {
      rowSet: () => undefined,
      rows: () => {
        throw new Error('not an integer');
      },
    };
    expect(await failure(verbs.query('n', 'rows', true, refuse))).toMatchObject({ message: 'not an integer' });
    const next = verbs.exec('n', 'set', true);
    await Promise.resolve();
    expect(connection.statements).toEqual(['rows']);
    more.open();
    expect(await next).toBe('SET');
    expect(connection.cancels).toBe(0);
  });
});
