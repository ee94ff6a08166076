import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/** What the proxy does to the bytes of one direction. */
export interface Chopping {
  /** Sizes of the chunks to pass on, in turn and again from the first; whole chunks as they come when left out. */
  readonly chunks?: readonly number[];
  /** Milliseconds before each chunk. */
  readonly delay?: number;
  /** Passes on this many bytes of the direction, and then does what `ending` says. */
  readonly after?: number;
  /** `close` ends both sides in order, `reset` drops both with RST, `stall` passes nothing more. */
  readonly ending?: 'close' | 'reset' | 'stall';
}

/** How to chop; the numbers count from 0 for every connection. */
export interface ChoppingOptions {
  readonly toServer?: Chopping;
  readonly toClient?: Chopping;
}

/** A TCP proxy on loopback that treats its bytes badly. */
export interface ChoppingProxy extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  connections(): number;
  /** Drops all connections of now, and goes on listening. */
  cut(): void;
  stop(): Promise<void>;
}

/**
 * Starts a proxy before a server.
 *
 * @example await startChoppingProxy(cluster, { toClient: { chunks: [1] } })
 */
export async function startChoppingProxy(
  target: { readonly host: string; readonly port: number } | { readonly path: string },
  options: ChoppingOptions = {},
): Promise<ChoppingProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  };
  const destination: NetConnectOpts =
    'path' in target ? { path: target.path } : { host: target.host, port: target.port };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    connections += 1;
    const upstream = connect({ ...destination, noDelay: true, allowHalfOpen: true } as NetConnectOpts);
    keep(client);
    keep(upstream);
    void carry(client, upstream, options.toServer ?? {});
    void carry(upstream, client, options.toClient ?? {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = async (): Promise<void> => {
    cut();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    cut,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function carry(from: Socket, to: Socket, chopping: Chopping): Promise<void> {
  let carried = 0;
  let turn = 0;
  try {
    for await (const arrived of from) {
      for (let rest: Buffer = arrived; rest.length > 0; ) {
        const left = (chopping.after ?? Number.POSITIVE_INFINITY) - carried;
        if (left <= 0) return await endAs(chopping.ending ?? 'close', from, to);
        const size = Math.min(nextSize(chopping.chunks, turn, rest.length), left);
        turn += 1;
        if (chopping.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, chopping.delay));
        if (to.destroyed) return;
        await pass(to, rest.subarray(0, size));
        carried += size;
        rest = rest.subarray(size);
      }
      if (carried >= (chopping.after ?? Number.POSITIVE_INFINITY))
        return await endAs(chopping.ending ?? 'close', from, to);
    }
    to.end();
  } catch {
    // One side failed: the other must not wait for it.
    to.destroy();
  }
}

function nextSize(chunks: readonly number[] | undefined, turn: number, available: number): number {
  if (chunks === undefined || chunks.length === 0) return available;
  return Math.min(Math.max(chunks[turn % chunks.length] ?? 1, 1), available);
}

async function pass(to: Socket, bytes: Buffer): Promise<void> {
  // Chunks must reach the other side one by one, so each is awaited until the system has it.
  await new Promise<void>((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

async function endAs(manner: 'close' | 'reset' | 'stall', from: Socket, to: Socket): Promise<void> {
  if (manner === 'stall') {
    from.pause();
    if (!to.destroyed) await once(to, 'close');
    return;
  }
  for (const socket of [from, to]) {
    if (manner === 'reset') socket.resetAndDestroy();
    else socket.end();
  }
}
