import { tracingChannel } from 'node:diagnostics_channel';
import type { ObservedRequest, RequestObserver } from './observer.ts';

/**
 * The name to subscribe to: `diagnostics_channel.tracingChannel(REQUEST_CHANNEL)`.
 *
 * @example
 * ```ts
 * const requests = diagnosticsChannel.tracingChannel(REQUEST_CHANNEL);
 * requests.asyncEnd.subscribe((request) => console.log(request));
 * ```
 */
export const REQUEST_CHANNEL = '@pg-dblink/client:request';

const requests = tracingChannel<unknown, ObservedRequest>(REQUEST_CHANNEL);

/** Publishes every request on Node's diagnostics channels: `start`, `asyncStart`, `asyncEnd` and `error`. */
export const requestDiagnostics: RequestObserver = {
  get isActive() {
    return requests.start.hasSubscribers || requests.asyncEnd.hasSubscribers || requests.error.hasSubscribers;
  },
  watch<T>(request: ObservedRequest, work: () => Promise<T>): Promise<T> {
    return requests.tracePromise(work, { ...request }) as Promise<T>;
  },
};
