import { PGlite } from '@electric-sql/pglite';
import { dblink } from '@pg-dblink/pglite';

/*
 * The embedded engine in a process of its own: its thread stands still while dblink waits, and a test must be able to
 * end it when it never comes back. It answers each { sql } with the bytes of the wire protocol.
 */
const engine = await PGlite.create({ extensions: { dblink: dblink() } });

function queryMessage(sql: string): Uint8Array {
  const body = Buffer.from(`${sql}\0`);
  const head = Buffer.alloc(5, 'Q');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

process.on('message', ({ sql }: { readonly sql: string }) => {
  void engine.execProtocolRaw(queryMessage(sql)).then((bytes) => process.send?.({ bytes }));
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
