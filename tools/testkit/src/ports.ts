import { createServer } from 'node:net';

/**
 * A TCP port that was free on both loopback addresses a moment ago. Someone may take it before its user binds it, so
 * the user must notice a failed bind and ask again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await claim('127.0.0.1', 0);
    if (port !== undefined && (!(await hasIpv6Loopback()) || (await claim('::1', port)) !== undefined)) return port;
  }
}

/** Whether this machine has `::1`; containers often have not. */
export async function hasIpv6Loopback(): Promise<boolean> {
  return (await claim('::1', 0)) !== undefined;
}

function claim(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
