import { decodeCommandComplete, type Frame } from '@pg-dblink/protocol';
import { isBody } from './description-memory.ts';

/** A tag longer than this names no command that we know, and is not worth the comparison. */
const MAX_BYTES = 64;

/** The command tag that a connection has seen last, found by its bytes: calls in a row mostly end alike. */
export class TagMemory {
  #body: Uint8Array | undefined;
  #tag = '';

  /** The tag of a CommandComplete; throws RemoteProtocolError as its decoder does. */
  tagOf(frame: Frame): string {
    if (this.#body !== undefined && isBody(frame, this.#body)) return this.#tag;
    const { commandTag } = decodeCommandComplete(frame);
    if (frame.end - frame.start <= MAX_BYTES) {
      this.#body = frame.bytes.slice(frame.start, frame.end);
      this.#tag = commandTag;
    }
    return commandTag;
  }
}
