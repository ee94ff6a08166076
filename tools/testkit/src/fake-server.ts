import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { FakeScript, FakeStep } from './fake-script.ts';

/** A scripted server on loopback. */
export interface FakeServer extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** How many connections came so far. */
  connections(): number;
  /** Everything that came on one connection (0 is the first), from its start-up packet on. */
  received(connection: number): Uint8Array;
  stop(): Promise<void>;
}

/**
 * Starts a fake in this thread. A PGlite thread that waits for a remote can never serve it: there take
 * `startFakeProcess`.
 *
 * @example
 * const fake = await startFake({ connections: [[...welcome(), { do: 'read message', tag: 'Q' }, { do: 'reset' }]] });
 */
export async function startFake(script: FakeScript): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  const received: Buffer[][] = [];
  const server: Server = createServer({ noDelay: true }, (socket) => {
    const steps = script.connections[Math.min(received.length, script.connections.length - 1)] ?? [];
    const log: Buffer[] = [];
    received.push(log);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    void play(socket, log, steps);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake listens on no port');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    host: '127.0.0.1',
    port: address.port,
    connections: () => received.length,
    received: (connection) => new Uint8Array(Buffer.concat(received[connection] ?? [])),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function play(socket: Socket, log: Buffer[], steps: readonly FakeStep[]): Promise<void> {
  const incoming = byteSource(socket, log);
  for (let index = 0; index < steps.length && !socket.destroyed; index += 1) {
    const step = steps[index];
    if (step === undefined) return;
    if (step.do === 'repeat') index = step.from - 1;
    else if ((await take(step, socket, incoming)) === 'ended') return;
  }
  if (!socket.destroyed) socket.end();
}

type Progress = 'on' | 'ended';

async function take(
  step: Exclude<FakeStep, { do: 'repeat' }>,
  socket: Socket,
  incoming: ByteSource,
): Promise<Progress> {
  switch (step.do) {
    case 'read startup':
      return readStartup(socket, incoming);
    case 'read packet':
      return (await incoming.packet(0)) === undefined ? 'ended' : 'on';
    case 'read message':
      return readMessage(incoming, step.tag);
    case 'send':
      return write(socket, step.bytes);
    case 'flood':
      for (let count = 0; count < (step.times ?? Number.POSITIVE_INFINITY); count += 1)
        if ((await write(socket, step.bytes)) === 'ended') return 'ended';
      return 'on';
    case 'pause':
      await new Promise((resolve) => setTimeout(resolve, step.milliseconds));
      return 'on';
    case 'close':
      socket.end();
      return 'ended';
    case 'reset':
      socket.resetAndDestroy();
      return 'ended';
    case 'hang':
      // Not once(): that rejects when the client resets the connection, which is one way for it to end.
      if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
      return 'ended';
  }
}

const sslRequest = 80877103;
const gssencRequest = 80877104;
const cancelRequest = 80877102;

async function readStartup(socket: Socket, incoming: ByteSource): Promise<Progress> {
  for (;;) {
    const packet = await incoming.packet(0);
    if (packet === undefined) return 'ended';
    const code = packet.readInt32BE(4);
    if (code === sslRequest || code === gssencRequest) socket.write('N');
    else if (code === cancelRequest) {
      socket.end();
      return 'ended';
    } else return 'on';
  }
}

async function readMessage(incoming: ByteSource, tag: string | undefined): Promise<Progress> {
  for (;;) {
    const message = await incoming.packet(1);
    if (message === undefined) return 'ended';
    if (tag === undefined || message.toString('latin1', 0, 1) === tag) return 'on';
  }
}

async function write(socket: Socket, bytes: Uint8Array): Promise<Progress> {
  if (socket.destroyed) return 'ended';
  if (!socket.write(bytes)) {
    const closed = new AbortController();
    const over = (): void => closed.abort();
    socket.once('close', over);
    await once(socket, 'drain', { signal: closed.signal }).catch(() => undefined);
    socket.off('close', over);
  }
  return socket.destroyed ? 'ended' : 'on';
}

interface ByteSource {
  /** The next whole packet; its length word stands after `tagBytes` bytes. Undefined when the client is gone. */
  packet(tagBytes: 0 | 1): Promise<Buffer | undefined>;
}

function byteSource(socket: Socket, log: Buffer[]): ByteSource {
  let unread: Buffer = Buffer.alloc(0);
  let wake: (() => void) | undefined;
  socket.on('data', (chunk: Buffer) => {
    log.push(chunk);
    unread = Buffer.concat([unread, chunk]);
    wake?.();
  });
  for (const event of ['end', 'close']) socket.on(event, () => wake?.());
  return {
    packet: async (tagBytes) => {
      for (;;) {
        const size = unread.length >= tagBytes + 4 ? tagBytes + unread.readInt32BE(tagBytes) : Number.POSITIVE_INFINITY;
        if (unread.length >= size) {
          const packet = unread.subarray(0, size);
          unread = unread.subarray(size);
          return packet;
        }
        if (socket.destroyed || socket.readableEnded) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
