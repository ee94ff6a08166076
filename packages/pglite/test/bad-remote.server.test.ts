import { PGlite } from '@electric-sql/pglite';
import { type Cluster, type FakeStep, sendBytes, startCluster, startFakeProcess, welcome } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, noticesOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster();
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec('CREATE EXTENSION dblink');
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

async function failureAgainst(steps: FakeStep[], sql = 'select 1'): Promise<Awaited<ReturnType<typeof failureOf>>> {
  const fake = await startFakeProcess({ connections: [steps] });
  try {
    return await failureOf(
      pg,
      `SELECT * FROM dblink('host=127.0.0.1 port=${fake.port} user=u', '${sql}') AS t(a text)`,
    );
  } finally {
    await fake.stop();
    expect(await rowsOf(pg, `SELECT * FROM dblink('${cluster.conninfo()}', 'select 1') AS t(a int)`)).toEqual([[1]]);
  }
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
/** RowDescription of one text column called a. */
const ROW_DESCRIPTION = bytes(
  0x54,
  0,
  0,
  0,
  26,
  0,
  1,
  0x61,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  25,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0,
  0,
);
const dataRow = (...value: number[]): Uint8Array =>
  bytes(0x44, 0, 0, 0, 10 + value.length, 0, 1, 0, 0, 0, value.length, ...value);
const query: FakeStep = { do: 'read message', tag: 'Q' };

it('a server that is no PostgreSQL is named as such', async () => {
  const failure = await failureAgainst([
    { do: 'read packet' },
    { do: 'send', bytes: new TextEncoder().encode('SSH-2.0-x\r\n') },
    { do: 'close' },
  ]);
  expect(failure).toMatchObject({ code: '08001', message: 'could not establish connection' });
});

it('a server that closes in the middle of a result fails the statement with 08006', async () => {
  const failure = await failureAgainst([
    ...welcome({ client_encoding: 'UTF8' }),
    query,
    { do: 'send', bytes: ROW_DESCRIPTION },
    { do: 'send', bytes: dataRow(0x78) },
    { do: 'close' },
  ]);
  expect(failure.code).toBe('08006');
  expect(failure.message).toContain('server closed the connection unexpectedly');
  expect(failure.where).toBe('while executing query on unnamed dblink connection');
});

it('invalid UTF-8 is an error, not text', async () => {
  const failure = await failureAgainst([
    ...welcome({ client_encoding: 'UTF8' }),
    query,
    { do: 'send', bytes: ROW_DESCRIPTION },
    { do: 'send', bytes: dataRow(0x61, 0xff, 0x62) },
    { do: 'hang' },
  ]);
  expect(failure).toMatchObject({ code: '22021', message: 'invalid byte sequence for encoding "UTF8": 0xff' });
});

it('a DataRow with more fields than its RowDescription is a protocol error', async () => {
  const failure = await failureAgainst([
    ...welcome({ client_encoding: 'UTF8' }),
    query,
    { do: 'send', bytes: ROW_DESCRIPTION },
    { do: 'send', bytes: bytes(0x44, 0, 0, 0, 14, 0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) },
    { do: 'hang' },
  ]);
  expect(failure.code).toMatch(/^08/);
});

it('garbage after the start-up is a protocol error', async () => {
  const failure = await failureAgainst([
    ...welcome({ client_encoding: 'UTF8' }),
    query,
    sendBytes(0x7e, 'nonsense'),
    { do: 'hang' },
  ]);
  expect(failure.code).toMatch(/^08/);
});

it('values of a megabyte and more arrive whole', async () => {
  const sql = `SELECT length(a), a = repeat('é', 2000000) FROM dblink('${cluster.conninfo()}',
    'select repeat(''é'', 2000000) from generate_series(1, 3)') AS t(a text)`;
  expect(await rowsOf(pg, sql)).toEqual([
    [2_000_000, true],
    [2_000_000, true],
    [2_000_000, true],
  ]);
});

it('a statement text of some megabytes goes out whole', async () => {
  const sql = `SELECT * FROM dblink('${cluster.conninfo()}', 'select length(''' || repeat('x', 5000000) || ''')') AS t(a int)`;
  expect(await rowsOf(pg, sql)).toEqual([[5_000_000]]);
});

it('COPY ends with an error and leaves the connection usable', async () => {
  await pg.exec(`SELECT dblink_connect('n', '${cluster.conninfo()}')`);
  expect(
    await failureOf(pg, "SELECT * FROM dblink('n', 'copy (select generate_series(1, 100000)) to stdout') AS t(a text)"),
  ).toMatchObject({
    code: '0A000',
    message: 'COPY FROM STDIN and COPY TO STDOUT are not supported by dblink',
    where: 'while executing query on dblink connection named "n"',
  });
  await pg.exec("SELECT dblink_exec('n', 'create temp table c(a text)')");
  const notices = await noticesOf(pg, "SELECT * FROM dblink('n', 'copy c from stdin', false) AS t(a text)");
  expect(notices.map(({ code }) => code)).toEqual(['0A000']);
  expect(await failureOf(pg, "SELECT dblink_exec('n', 'copy c to stdout')")).toMatchObject({ code: '08006' });
  expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'select count(*) from c') AS t(a int)")).toEqual([[0]]);
  await pg.exec("SELECT dblink_disconnect('n')");
});

it('files are named by strings from SQL only where the host allows it', async () => {
  const failure = await failureOf(pg, `SELECT dblink_connect('${cluster.conninfo()} passfile=/etc/passwd')`);
  expect(failure.code).toBe('08001');
  expect(failure.detail).toContain('passfile');
});

it('the host may allow just its own authority', async () => {
  await using server = await startCluster({ tls: true });
  const caFile = server.tls?.caFile ?? '';
  const careful = await PGlite.create({ extensions: { dblink: dblink({ allowLocalFiles: [caFile] }) } });
  try {
    await careful.exec('CREATE EXTENSION dblink');
    const trusted = server.conninfo({ sslmode: 'verify-full', sslrootcert: caFile });
    expect(await rowsOf(careful, `SELECT dblink_connect('${trusted}')`)).toEqual([['OK']]);
    const failure = await failureOf(careful, `SELECT dblink_connect('n', '${trusted} sslkey=/etc/passwd')`);
    expect(failure.detail).toContain('sslkey');
  } finally {
    await careful.close();
  }
}, 120_000);
