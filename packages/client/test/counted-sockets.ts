import { nodeTlsFiles } from '../src/tls-files.ts';
import type { Transport, TransportProvider } from '../src/transport.ts';
import { nodeSockets } from '../src/transports/node-socket.ts';

/** What went through the sockets since the last {@link CountedSockets.take}. */
export interface SocketCounts {
  readonly opened: number;
  /** Calls of `write` and `lend`, each of which is a system call. */
  readonly writes: number;
  readonly bytesWritten: number;
  /** Times that something was sent after something had been received, or first of all. */
  readonly roundTrips: number;
}

/** Node's sockets, and what goes through them counted: the same on every machine and at every speed. */
export interface CountedSockets {
  readonly transports: TransportProvider;
  /** The counts so far; counting begins anew. */
  take(): SocketCounts;
}

/** Counts what is written into plain sockets and into what TLS encrypts. */
export function countedSockets(): CountedSockets {
  const sockets = nodeSockets(nodeTlsFiles({ variables: undefined }));
  let opened = 0;
  let writes = 0;
  let bytesWritten = 0;
  let roundTrips = 0;
  let turn: 'ours' | 'theirs' = 'ours';

  const count = (byteLength: number): void => {
    writes += 1;
    bytesWritten += byteLength;
    if (turn === 'ours') roundTrips += 1;
    turn = 'theirs';
  };
  const counted = (transport: Transport): Transport => ({
    write(bytes) {
      count(bytes.byteLength);
      return transport.write(bytes);
    },
    lend(parts) {
      count(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
      return transport.lend?.(parts) ?? true;
    },
    resume: () => transport.resume(),
    upgradeTls: (request) => transport.upgradeTls(request),
    close: (how) => transport.close(how),
    setReferenced: (referenced) => transport.setReferenced(referenced),
  });

  return {
    transports: {
      resolve: (host) => sockets.resolve(host),
      async open(peer, listener, settings, signal) {
        opened += 1;
        turn = 'ours';
        const watched = {
          receive(chunk: Uint8Array): boolean {
            turn = 'ours';
            return listener.receive(chunk);
          },
          drained: () => listener.drained(),
          closed: (error: Error | undefined) => listener.closed(error),
        };
        return counted(await sockets.open(peer, watched, settings, signal));
      },
    },
    take() {
      const counts = { opened, writes, bytesWritten, roundTrips };
      opened = writes = bytesWritten = roundTrips = 0;
      return counts;
    },
  };
}
