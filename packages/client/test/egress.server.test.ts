import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConninfoOptions, readConninfo, resolveConninfo } from '@pg-dblink/connstring';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Connection,
  connectResolved,
  type EgressPolicy,
  isCancelError,
  isConnectError,
  isEgressError,
  isTimeoutError,
  type TransportProvider,
} from '../src/index.ts';
import { connect } from '../src/node.ts';
import { Client, Pool } from '../src/pg.ts';
import { nodeTlsFiles } from '../src/tls-files.ts';
import { nodeSockets } from '../src/transports/node-socket.ts';

let cluster: Cluster;
/** A listener that must never hear anything: what is refused must not even be connected to. */
let forbidden: Server;
let forbiddenPort = 0;
let heard = 0;
const abstractName = `@pg-dblink-egress-${process.pid}`;

beforeAll(async () => {
  cluster = await startCluster();
  forbidden = createServer((socket) => {
    heard += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => forbidden.listen(0, '127.0.0.1', resolve));
  const address = forbidden.address();
  if (typeof address === 'object' && address !== null) forbiddenPort = address.port;
});

afterEach(() => {
  vi.unstubAllEnvs();
  expect(heard).toBe(0);
});

afterAll(async () => {
  await new Promise((resolve) => forbidden?.close(resolve));
  await cluster?.stop();
});

/** Connects and asks something; or how it failed. */
async function attempt(conninfo: string, egress: EgressPolicy, environment: 'none' | 'libpq' = 'none') {
  let connection: Connection | undefined;
  try {
    connection = await connect(`${conninfo} user=postgres dbname=postgres sslmode=disable`, { egress, environment });
    return (await connection.query('select 1 as n'))[0]?.rows;
  } catch (error) {
    if (!isConnectError(error)) throw error;
    return { message: error.message, refused: error.attempts.map(isEgressError) };
  } finally {
    await connection?.close();
  }
}

const REFUSED = { message: expect.stringContaining('not allowed by the egress policy'), refused: [true] };
const ANSWER = [{ n: 1 }];

describe('what is allowed is reached', () => {
  test.each([
    ['host=127.0.0.1', { hosts: ['127.0.0.1'] }],
    ['host=localhost', { hosts: ['localhost'] }],
    ['host=127.0.0.1', { networks: ['127.0.0.0/8'] }],
    ['host=::ffff:127.0.0.1', { networks: ['127.0.0.0/8'] }],
    ['hostaddr=127.0.0.1 host=elsewhere.example', { networks: ['loopback'] }],
  ] as const)('%s by %j', async (where, policy) => {
    const egress = { ...policy, ports: [cluster.port] };
    expect(await attempt(`${where} port=${cluster.port}`, egress)).toEqual(ANSWER);
  });

  test('a socket by its directory, and by its own path', async () => {
    const where = `host=${cluster.socketDir} port=${cluster.port}`;
    expect(await attempt(where, { sockets: [cluster.socketDir] })).toEqual(ANSWER);
    expect(await attempt(where, { sockets: [`${cluster.socketDir}/.s.PGSQL.${cluster.port}`] })).toEqual(ANSWER);
  });

  // Node 20 pads abstract names with zero bytes, the server does not: a listener of Node's own hears what Node says.
  test.skipIf(process.platform !== 'linux')('an abstract socket (only Linux has them)', async () => {
    let reached = 0;
    const listener = createServer((socket) => {
      reached += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(`\0${abstractName.slice(1)}/.s.PGSQL.7`, resolve));
    const where = `host=${abstractName} port=7`;
    expect(await attempt(where, { sockets: [`/${abstractName.slice(1)}`], networks: ['any'] })).toMatchObject(REFUSED);
    expect(reached).toBe(0);
    expect(await attempt(where, { sockets: [abstractName] })).toMatchObject({ refused: [false] });
    expect(reached).toBe(1);
    listener.close();
  });
});

describe('what is not allowed is not connected to', () => {
  test.each([
    ['another name', 'host=localhost', { hosts: ['127.0.0.1.example'] }],
    ['hostaddr behind an allowed name', 'host=db.example.com hostaddr=127.0.0.1', { hosts: ['db.example.com'] }],
    ['the address of an allowed name', 'host=127.0.0.1', { hosts: ['localhost'] }],
    ['IPv4 written as IPv6', 'host=::ffff:127.0.0.1', { networks: ['any'], refusedNetworks: ['loopback'] }],
    ['the unspecified address', 'host=0.0.0.0', { networks: ['any'], refusedNetworks: ['loopback'] }],
    ['a short spelling', 'host=127.1', { networks: ['any'], refusedNetworks: ['loopback'] }],
    ['nothing allowed', 'host=127.0.0.1', {}],
  ] as const)('%s', async (_name, where, egress) => {
    expect(await attempt(`${where} port=${forbiddenPort}`, egress)).toMatchObject(REFUSED);
  });

  test('a name whose address is refused: every address that it has is judged', async () => {
    const egress = { hosts: ['localhost'], refusedNetworks: ['loopback'] };
    const failed = await attempt(`host=localhost port=${forbiddenPort}`, egress);
    expect(failed).toMatchObject({ message: expect.stringContaining('not allowed by the egress policy') });
    expect((failed as { refused: boolean[] }).refused).not.toContain(false);
  });

  test('another port', async () => {
    const egress = { networks: ['loopback'], ports: [cluster.port] };
    expect(await attempt(`host=127.0.0.1 port=${forbiddenPort}`, egress)).toMatchObject(REFUSED);
  });

  test('a socket, when only TCP is allowed, and by a path with a detour', async () => {
    const where = `host=${cluster.socketDir} port=${cluster.port}`;
    expect(await attempt(where, { networks: ['any'], hosts: ['*'] })).toMatchObject(REFUSED);
    const detour = `host=${cluster.socketDir}/../x port=1`;
    expect(await attempt(detour, { sockets: [cluster.socketDir] })).toMatchObject(REFUSED);
  });

  test('where a service file or the environment leads to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'egress-'));
    const file = join(folder, 'services');
    await writeFile(file, `[shop]\nhost=db.example.com\nhostaddr=127.0.0.1\nport=${forbiddenPort}\n`);
    vi.stubEnv('PGSERVICEFILE', file);
    expect(await attempt('service=shop', { hosts: ['db.example.com'] }, 'libpq')).toMatchObject(REFUSED);
    vi.stubEnv('PGHOSTADDR', '127.0.0.1');
    vi.stubEnv('PGPORT', String(forbiddenPort));
    expect(await attempt('host=db.example.com', { hosts: ['db.example.com'] }, 'libpq')).toMatchObject(REFUSED);
    await rm(folder, { recursive: true });
  });

  test('a name that is not allowed is not resolved: to ask for it would tell somebody', async () => {
    const asked: string[] = [];
    const resolved = resolvedFrom('host=secret.evil.example');
    const provider = resolving((host) => {
      asked.push(host);
      return ['127.0.0.1'];
    });
    const egress = { hosts: ['db.example.com'] };
    const failed = await connectResolved(resolved, provider, { egress }).catch((error: unknown) => error);
    expect(isConnectError(failed) && failed.message).toBe(
      'could not translate host name "secret.evil.example" to address: not allowed by the egress policy',
    );
    expect(asked).toEqual([]);
  });
});

describe('several hosts and addresses', () => {
  test('the next host is tried after one that is refused', async () => {
    const hosts = `host=127.0.0.1,127.0.0.1 port=${forbiddenPort},${cluster.port}`;
    expect(await attempt(hosts, { networks: ['loopback'], ports: [cluster.port] })).toEqual(ANSWER);
    const names = `host=evil.example,localhost port=${forbiddenPort},${cluster.port}`;
    expect(await attempt(names, { hosts: ['localhost'] })).toEqual(ANSWER);
  });

  test('of the addresses of one name only those that are allowed are opened', async () => {
    const provider = resolving(() => ['127.0.0.2', '10.255.255.1', '127.0.0.1']);
    await using connection = await connectResolved(resolvedFrom(`host=db.example.com port=${cluster.port}`), provider, {
      egress: { networks: ['127.0.0.1'] },
    });
    expect(connection.peer).toMatchObject({ host: 'db.example.com', address: '127.0.0.1' });
  });

  test('a name that resolves to something else the second time is not asked about twice', async () => {
    const answers = [['127.0.0.1'], ['10.255.255.1']];
    const provider = resolving(() => answers.shift() ?? []);
    await using connection = await connectResolved(resolvedFrom(`host=db.example.com port=${cluster.port}`), provider, {
      egress: { networks: ['127.0.0.1'] },
    });
    const stopped = connection.query('select pg_sleep(30)', { timeoutMs: 50 }).catch((error: unknown) => error);
    expect(isTimeoutError(await stopped)).toBe(true);
    expect((await connection.query('select 1 as n'))[0]?.rows).toEqual(ANSWER);
    expect(answers).toHaveLength(1);
  });
});

test('a cancel request goes only where it may, too', async () => {
  const asked: string[] = [];
  let verdict: 'allowed' | 'refused' = 'allowed';
  await using connection = await connect(cluster.conninfo(), {
    egress: { networks: ['loopback'] },
    admitPeer: (peer) => {
      asked.push(peer.kind === 'tcp' ? peer.address : peer.path);
      if (verdict === 'refused') throw new Error('not any more');
    },
  });
  verdict = 'refused';
  const refused = await connection.cancel().catch((error: unknown) => error);
  expect(isCancelError(refused) && refused.message).toContain('not any more');
  expect(asked).toEqual(['127.0.0.1', '127.0.0.1']);
});

test('the node-postgres door has the same policy', async () => {
  const egress: EgressPolicy = { networks: ['loopback'], ports: [cluster.port] };
  const pool = new Pool({ connectionString: cluster.conninfo(), egress });
  expect((await pool.query('select 1 as n')).rows).toEqual(ANSWER);
  await pool.end();
  const client = new Client({ host: '127.0.0.1', port: forbiddenPort, user: 'postgres', egress });
  await expect(client.connect()).rejects.toThrow('not allowed by the egress policy');
});

test('what was admitted is what is connected to: the socket resolves no name', async () => {
  const provider = nodeSockets(nodeTlsFiles({ variables: undefined }));
  const listener = { receive: () => true, drained: () => undefined, closed: () => undefined };
  const peer = { kind: 'tcp', host: 'localhost', address: 'localhost', port: forbiddenPort } as const;
  const opening = provider.open(peer, listener, { keepalive: undefined }, new AbortController().signal);
  await expect(opening).rejects.toMatchObject({ errno: 'EAI_NONAME' });
});

function resolvedFrom(where: string) {
  const options: ConninfoOptions = readConninfo(`${where} user=postgres dbname=postgres sslmode=disable`);
  return resolveConninfo(options, {});
}

/** Real sockets with a resolver of our own. */
function resolving(addressesOf: (host: string) => string[]): TransportProvider {
  const real = nodeSockets(nodeTlsFiles({ variables: undefined }));
  return {
    resolve: async (host) => addressesOf(host),
    open: (peer, listener, settings, signal) => real.open(peer, listener, settings, signal),
  };
}
