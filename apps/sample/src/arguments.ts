import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Arguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }
  /** Start two servers of our own. */
  | { readonly kind: 'own servers' }
  /** Use two servers that are there. */
  | { readonly kind: 'given servers'; readonly atlas: string; readonly seismo: string };

/** What `--help` prints. */
export const USAGE = `Usage: npm start [-- --server CONNSTR --server CONNSTR]

Starts two PostgreSQL 18 servers, loads open data into them, and runs sql/tour.sql
in an embedded PostgreSQL that reaches both by dblink.

  --server CONNSTR   use this server instead of starting one; give it twice.
                     Each gets a schema of its own, which is dropped at the end.
                     CONNSTR is complete by itself: keyword=value or postgresql://...
  --help             print this
`;

/** Reads the command line, without the program's name. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { server: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return { kind: 'help' };
    const [atlas, seismo, ...others] = values.server ?? [];
    if (atlas === undefined) return { kind: 'own servers' };
    if (seismo === undefined || others.length > 0) return { kind: 'wrong', message: '--server is to be given twice' };
    return { kind: 'given servers', atlas, seismo };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}
