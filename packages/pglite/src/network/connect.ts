import { connect } from '@pg-dblink/client/node';
import { DblinkError, type SessionOptions } from '@pg-dblink/session';
import { selfAddresses } from '../bridge/control.ts';
import type { NetworkOptions } from '../spawn/worker-data.ts';
import { refuseSelf } from './self-connection.ts';

/** As long as dblink_cancel_query waits for its request to be taken. */
const CANCEL_TIMEOUT_MS = 30_000;

/** Makes connections for SQL: within what the host allows, and never to the embedded database itself. */
export function makeConnect(network: NetworkOptions, control: SharedArrayBuffer): SessionOptions['connect'] {
  return async (conninfo, { signal }) => {
    const own = selfAddresses(control);
    const limit = own.length > 0 && network.loopTimeoutMs > 0 ? loopLimit(network.loopTimeoutMs) : undefined;
    const abort = new AbortController();
    const stop = (): void => abort.abort(signal?.reason);
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
    limit?.expired.then(
      (error) => abort.abort(error),
      () => undefined,
    );
    let refusal: unknown;
    try {
      return await connect(conninfo, {
        signal: abort.signal,
        environment: network.environment,
        allowFiles: network.allowLocalFiles,
        cancelTimeoutMs: CANCEL_TIMEOUT_MS,
        egress: network.egress,
        admitPeer: (peer) => {
          try {
            refuseSelf(peer, own);
          } catch (error) {
            refusal = error;
            throw error;
          }
        },
      });
    } catch (error) {
      if (refusal !== undefined) throw refusal;
      throw abort.signal.aborted && signal?.aborted !== true ? abort.signal.reason : error;
    } finally {
      limit?.clear();
      signal?.removeEventListener('abort', stop);
    }
  };
}

interface Limit {
  readonly expired: Promise<DblinkError>;
  clear(): void;
}

/** A road to ourselves that no address shows, such as a proxy, ends here instead of never. */
function loopLimit(ms: number): Limit {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<DblinkError>((resolve) => {
    timer = setTimeout(() => {
      resolve(
        new DblinkError({
          sqlState: '08001',
          message: 'could not establish connection',
          detail: `No answer within ${ms / 1000} s. If the address leads back to the embedded database, the connection waits for itself.`,
        }),
      );
    }, ms);
  });
  return { expired, clear: () => clearTimeout(timer) };
}
