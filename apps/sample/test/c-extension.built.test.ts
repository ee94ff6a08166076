import { readFileSync } from 'node:fs';
import { type Connection, formatLibpqMessage, isServerError, type ServerNotice, TypeRegistry } from '@pg-dblink/client';
import { connect } from '@pg-dblink/client/node';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { formatResult } from 'pg-dblink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CITIES } from '../src/data/cities.ts';
import { COUNTRIES } from '../src/data/countries.ts';
import { EARTHQUAKES } from '../src/data/earthquakes.ts';
import { load } from '../src/load/load.ts';
import { createPrinter } from '../src/print.ts';
import { createProgress } from '../src/progress.ts';
import type { Remote } from '../src/servers/remote.ts';
import { type Execute, type Outcome, playTour } from '../src/tour/play.ts';
import { startApp } from './app.ts';

/*
 * The tour in a real PostgreSQL with the C extension, against the same two servers: what is printed must be the same,
 * byte by byte.
 */

const SCRIPT = readFileSync(new URL('../sql/tour.sql', import.meta.url), 'utf8');
const { signal } = new AbortController();

let atlas: Cluster;
let seismo: Cluster;
let host: Cluster;

beforeAll(async () => {
  [atlas, seismo, host] = await Promise.all([startCluster(), startCluster(), startCluster()]);
});

afterAll(async () => {
  await Promise.all([atlas.stop(), seismo.stop(), host.stop()]);
});

describe('the tour', () => {
  it('prints the same in PostgreSQL with the C extension', async () => {
    const app = startApp(['--server', atlas.conninfo(), '--server', seismo.conninfo()]);
    const { status, stdout } = await app.ended();
    expect(status).toBe(0);
    const ours = stdout.slice(stdout.indexOf('-- A tour of dblink'));
    const theirs = await playOnTheCExtension();
    expect(ours.split('\n')).toEqual(theirs.split('\n'));
    expect(theirs.length).toBeGreaterThan(5000);
  });
});

async function playOnTheCExtension(): Promise<string> {
  const remotes = [describeRemote('atlas', atlas), describeRemote('seismo', seismo)] as const;
  const silence = createProgress({ write: () => undefined });
  await load(remotes[0], [COUNTRIES, CITIES], silence, signal);
  await load(remotes[1], [EARTHQUAKES], silence, signal);
  let printed = '';
  const output = { write: (text: string) => (printed += text) };
  const notices: ServerNotice[] = [];
  const connection = await connect(host.conninfo(), { onNotice: (notice) => notices.push(notice) });
  try {
    const execute: Execute = async (sql) => {
      notices.length = 0;
      const { text, sqlState } = await run(connection, sql);
      return { text: notices.map((notice) => `${formatLibpqMessage(notice, sql)}\n`).join('') + text, sqlState };
    };
    const conninfos = { atlas: remotes[0].conninfo, seismo: remotes[1].conninfo };
    await playTour(SCRIPT, conninfos, execute, createPrinter(output, {}), signal);
  } finally {
    await connection.close();
  }
  return printed;
}

function describeRemote(name: Remote['name'], cluster: Cluster): Remote {
  return { name, schema: name, conninfo: cluster.conninfo({ options: `-csearch_path=${name}` }) };
}

async function run(connection: Connection, sql: string): Promise<Outcome> {
  try {
    // Without types every value stays the text that the server sent, as in psql.
    const [result] = await connection.query(sql, { rows: 'array', types: new TypeRegistry([]) });
    if (result === undefined) throw new Error(`no result of: ${sql}`);
    const { fields, rows, command, rowCount } = result;
    const tag = [command, ...(command === 'INSERT' ? [0] : []), ...(rowCount === undefined ? [] : [rowCount])];
    const table = { columns: fields, rows: rows as (string | null)[][] };
    return { text: fields.length === 0 ? `${tag.join(' ')}\n` : formatResult(table), sqlState: undefined };
  } catch (error) {
    if (!isServerError(error)) throw error;
    return { text: `${formatLibpqMessage(error, sql)}\n`, sqlState: error.sqlState };
  }
}
