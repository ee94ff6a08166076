import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What went from the network worker to the server since the last {@link CountingWire.take}. */
export interface WireCounts {
  readonly connections: number;
  /** Times that something was sent after something had been received, or first of all. */
  readonly roundTrips: number;
  readonly bytesSent: number;
}

/** A wire to a server that counts what passes; the test's own thread stands still while a dblink call waits. */
export interface CountingWire {
  readonly port: number;
  take(): WireCounts;
  close(): Promise<void>;
}

const source = `
const { connect, createServer } = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const counts = new Int32Array(workerData.counts);
createServer((client) => {
  const server = connect({ host: '127.0.0.1', port: workerData.port, noDelay: true });
  let turn = 'client';
  client.setNoDelay(true);
  Atomics.add(counts, 0, 1);
  client.on('data', (chunk) => {
    if (turn === 'client') Atomics.add(counts, 1, 1);
    turn = 'server';
    Atomics.add(counts, 2, chunk.byteLength);
    server.write(chunk);
  });
  server.on('data', (chunk) => {
    turn = 'client';
    client.write(chunk);
  });
  for (const [from, to] of [[client, server], [server, client]]) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

/** Puts a counting wire before a server on loopback. */
export async function startCountingWire(port: number): Promise<CountingWire> {
  const counts = new Int32Array(new SharedArrayBuffer(12));
  const worker = new Worker(source, { eval: true, workerData: { port, counts: counts.buffer } });
  const [ownPort] = (await once(worker, 'message')) as [number];
  return {
    port: ownPort,
    take() {
      const [connections = 0, roundTrips = 0, bytesSent = 0] = [0, 1, 2].map((word) =>
        Atomics.exchange(counts, word, 0),
      );
      return { connections, roundTrips, bytesSent };
    },
    close: async () => void (await worker.terminate()),
  };
}
