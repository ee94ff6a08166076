import { encodeTerminate, Writer } from '@pg-dblink/protocol';

/** The goodbye of a client. */
export const TERMINATE: Uint8Array = terminateMessage();

function terminateMessage(): Uint8Array {
  const writer = new Writer();
  encodeTerminate(writer);
  return writer.take();
}
