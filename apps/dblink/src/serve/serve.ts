import { chmodSync, unlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { SelfAddress } from '@pg-dblink/pglite';
import { type Engine, EngineError } from '../engine/engine.ts';
import { ClientSocket } from './client-socket.ts';
import { Clients } from './clients.ts';
import type { ServeOptions } from './options.ts';

/** A server that answers. */
export interface RunningServer {
  /** Where it listens, as a client names it: `host:port`, or the path of a socket. */
  readonly addresses: readonly string[];
  /** Rejects when the engine is lost. */
  readonly failed: Promise<never>;
  /** Lets the clients go, and stops listening; the engine stays. */
  close(): Promise<void>;
}

/**
 * Puts a PostgreSQL server in front of an engine; it listens only once the engine can answer.
 *
 * @throws Error with the operating system's code when an address cannot be listened on.
 * @example
 * ```ts
 * const server = await startServer(await startEngine(), { host: '127.0.0.1', port: 5432, waitTimeoutMs: 60_000, idleInTransactionTimeoutMs: 60_000 });
 * console.log(server.addresses); // ['127.0.0.1:5432']
 * ```
 */
export async function startServer(engine: Engine, options: ServeOptions): Promise<RunningServer> {
  const clients = new Clients(engine, options, (error) => {
    process.stderr.write(`dblink: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
  });
  let fail = (_error: unknown): void => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const listener = (): Server =>
    createServer((socket) => {
      clients.serve(new ClientSocket(socket)).catch(fail);
    });
  const tcp = listener();
  await listen(tcp, { host: options.host, port: options.port });
  const { address, port } = tcp.address() as AddressInfo;
  const servers = [tcp];
  const selfAddresses: SelfAddress[] = [{ kind: 'tcp', host: address, port }];
  const addresses = [address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`];
  if (options.socketDirectory !== undefined) {
    const path = join(options.socketDirectory, `.s.PGSQL.${port}`);
    const local = listener();
    await removeStale(path);
    await listen(local, { path }).catch(async (error: unknown) => {
      tcp.close();
      throw error;
    });
    chmodSync(path, 0o700);
    servers.push(local);
    selfAddresses.push({ kind: 'unix', path });
    addresses.push(path);
  }
  engine.listensAt(selfAddresses);
  return {
    addresses,
    failed,
    close: async () => {
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      clients.dismiss();
      await Promise.all(closed);
    },
  };
}

function listen(
  server: Server,
  where: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Removes the socket file of a server that is gone; one that somebody listens on stays, and listening fails. */
async function removeStale(path: string): Promise<void> {
  const isStale = await new Promise<boolean>((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  if (isStale) unlinkSync(path);
}

/** `dblink serve`: runs until it is told to end. */
export async function serve(options: ServeOptions, starting: Promise<Engine>): Promise<0 | 1 | 2> {
  const told = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const engine = await starting;
  let server: RunningServer;
  try {
    server = await startServer(engine, options);
  } catch (error) {
    await engine.close();
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'Address already in use' : code === 'EACCES' ? 'Permission denied' : message;
    process.stderr.write(`dblink: error: could not listen on ${options.host}:${options.port}: ${why}\n`);
    return 1;
  }
  for (const address of server.addresses) process.stdout.write(`listening on ${address}\n`);
  if (!isLoopback(options.host)) {
    process.stderr.write('dblink: warning: whoever reaches this address can use the database: there is no password\n');
  }
  try {
    await Promise.race([told, server.failed]);
    return 0;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    process.stderr.write(`dblink: error: ${error.message}\n`);
    return 2;
  } finally {
    await server.close();
    await engine.close();
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
