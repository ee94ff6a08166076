import type { Channel } from './channel.ts';
import { Lease } from './lease.ts';
import type { ExtendedRequest, FetchRequest } from './machine/requests.ts';
import { DISCARDING_SINK } from './result-sink.ts';
import type { ResultCollector } from './results.ts';
import { observed } from './submission.ts';

/** Names the portal of a cursor: the unnamed one, since a cursor has the connection to itself. */
const PORTAL = '';

/**
 * Runs a statement and yields its rows batch by batch: Execute with a row limit, Flush, and again (manual: "Extended
 * Query"). Between batches the server waits inside the statement's transaction, and so does every other call on this
 * connection. Leaving the loop early ends the portal.
 *
 * @param collect - makes the collector of one batch
 */
export async function* batchesOf(
  channel: Channel,
  request: Omit<ExtendedRequest, 'end' | 'maxRows' | 'portal'>,
  batchSize: number,
  collect: () => ResultCollector,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly unknown[], void, undefined> {
  signal?.throwIfAborted();
  const lease = new Lease(channel);
  await lease.acquire();
  const onAbort = (): void => channel.stop();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    let next: ExtendedRequest | FetchRequest = { ...request, portal: PORTAL, maxRows: batchSize, end: 'flush' };
    for (;;) {
      signal?.throwIfAborted();
      const collector = collect();
      const asked = next;
      await observed(channel, asked, async () => {
        const answered = lease.request(asked, collector);
        void channel.flush();
        const outcome = await answered;
        if (outcome.kind === 'sink-threw') throw outcome.error;
        if (collector.error !== undefined) throw signal?.aborted ? signal.reason : collector.error;
      });
      const [result] = collector.results;
      if (result !== undefined && result.rows.length > 0) yield result.rows;
      if (!collector.isSuspended) return;
      next = { kind: 'fetch', portal: PORTAL, maxRows: batchSize, end: 'flush' };
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (!channel.isLost) {
      const ready = lease.request({ kind: 'sync' }, DISCARDING_SINK);
      void channel.flush();
      await ready;
    }
    lease.release();
  }
}
