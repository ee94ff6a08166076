import { encodeTerminate, Writer } from '@pg-dblink/protocol';

/** The goodbye of a client. */
export function terminateMessage(): Uint8Array {
  const writer = new Writer();
  encodeTerminate(writer);
  return writer.take();
}
