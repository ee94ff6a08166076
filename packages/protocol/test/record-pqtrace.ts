/**
 * Records golden/pqtrace.json: dialogues of libpq 18 with a real server, the bytes in the order they passed and the
 * lines that PQtrace wrote about them. Run by hand when libpq's format changes; it needs a C compiler and libpq's
 * header:
 *
 *     LIBPQ=/path/to/libpq.so.5 npx tsx --conditions=@pg-dblink/source packages/protocol/test/record-pqtrace.ts
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { authenticationUsers, startCluster } from '@pg-dblink/testkit';

/** One recorded dialogue; `steps` alternate, each a sender and what it sent in base64. */
export interface RecordedTrace {
  readonly name: string;
  readonly detail: 'secrets' | 'regress';
  readonly steps: readonly (readonly [sender: 'F' | 'B', base64: string])[];
  readonly lines: readonly string[];
}

const library = process.env['LIBPQ'];
if (library === undefined) throw new Error('LIBPQ must name the library of libpq 18');
const golden = join(import.meta.dirname, 'golden');
const folder = mkdtempSync(join(tmpdir(), 'pqtrace-'));
const program = join(folder, 'pqtrace');
const include = execFileSync('pg_config', ['--includedir'], { encoding: 'utf8' }).trim();
const source = join(golden, 'pqtrace.c');
const link = [library, `-Wl,-rpath,${dirname(library)}`, '-Wl,--allow-shlib-undefined'];
execFileSync('cc', ['-o', program, source, `-I${include}`, ...link], { stdio: 'inherit' });

const cluster = await startCluster({
  version: 18,
  authenticationUsers: true,
  settings: { wal_level: 'replica', max_wal_senders: '4' },
  hba: ['host replication all 127.0.0.1/32 trust'],
});

async function record(name: string, conninfo: string, dialogue: string, flags: number): Promise<RecordedTrace> {
  const steps: [sender: 'F' | 'B', bytes: Buffer][] = [];
  const keep = (sender: 'F' | 'B', bytes: Buffer): void => {
    const last = steps.at(-1);
    if (last?.[0] === sender) last[1] = Buffer.concat([last[1], bytes]);
    else steps.push([sender, bytes]);
  };
  const proxy = createServer((client) => {
    const server = connect(cluster.port, cluster.host);
    client.on('data', (bytes) => {
      keep('F', bytes);
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      keep('B', bytes);
      client.write(bytes);
    });
    client.on('close', () => server.destroy()).on('error', () => server.destroy());
    server.on('close', () => client.end()).on('error', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const file = join(folder, 'trace');
  const target = `host=127.0.0.1 port=${port} gssencmode=disable ${conninfo}`;
  await once(spawn(program, [target, String(flags), file, dialogue], { stdio: 'inherit' }), 'exit');
  proxy.close();
  return {
    name,
    detail: flags === 1 ? 'secrets' : 'regress',
    steps: steps.map(([sender, bytes]) => [sender, bytes.toString('base64')]),
    lines: readFileSync(file, 'utf8').trimEnd().split('\n'),
  };
}

const traces: RecordedTrace[] = [];
for (const flags of [1, 3]) {
  for (const method of ['trust', 'password', 'md5', 'scram-sha-256', 'reject'] as const) {
    const { user, password } = authenticationUsers[method];
    const conninfo = `sslmode=prefer dbname=postgres user=${user} password='${password}'`;
    traces.push(await record(`authentication: ${method}`, conninfo, 'none', flags));
  }
  const postgres = 'sslmode=disable user=postgres dbname=postgres';
  traces.push(await record('protocol 3.2', `${postgres} max_protocol_version=3.2`, 'none', flags));
  for (const dialogue of ['simple', 'extended', 'pipeline', 'copy', 'function']) {
    traces.push(await record(dialogue, postgres, dialogue, flags));
  }
  traces.push(await record('replication', `${postgres} replication=true`, 'replication', flags));
}
writeFileSync(join(golden, 'pqtrace.json'), `${JSON.stringify(traces, undefined, 1)}\n`);
await cluster.stop();
rmSync(folder, { recursive: true });
process.stdout.write(`${traces.length} dialogues recorded\n`);
