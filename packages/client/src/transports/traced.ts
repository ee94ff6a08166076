import { type TraceOptions, Tracer } from '@pg-dblink/protocol/trace';
import type { Transport, TransportListener, TransportProvider } from '../transport.ts';

/**
 * The same streams, with a line in PQtrace's format for every message that passes, cancel requests included. What TLS
 * encrypts is seen in clear, on the inner side.
 */
export function tracedTransports(provider: TransportProvider, options: TraceOptions): TransportProvider {
  return {
    resolve: (host) => provider.resolve(host),
    async open(peer, listener, settings, signal) {
      const tracer = new Tracer(options);
      const traced: TransportListener = {
        receive(chunk) {
          tracer.backend(chunk);
          return listener.receive(chunk);
        },
        drained: () => listener.drained(),
        closed: (error) => listener.closed(error),
      };
      return tracedTransport(await provider.open(peer, traced, settings, signal), tracer);
    },
  };
}

function tracedTransport(transport: Transport, tracer: Tracer): Transport {
  return {
    write(bytes) {
      tracer.frontend(bytes);
      return transport.write(bytes);
    },
    ...(transport.lend && {
      lend(parts) {
        for (const part of parts) tracer.frontend(part);
        return transport.lend?.(parts) ?? true;
      },
    }),
    resume: () => transport.resume(),
    upgradeTls: (request) => transport.upgradeTls(request),
    close: (how) => transport.close(how),
    setReferenced: (referenced) => transport.setReferenced(referenced),
  };
}
