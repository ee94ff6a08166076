import { decodeRowDescription, type FieldDescription, type Frame } from '@pg-dblink/protocol';

/** How many row descriptions a connection remembers. */
const CAPACITY = 8;
/** Longer descriptions are decoded again: what is remembered must be little, and worth the comparison. */
const MAX_BYTES = 8192;

interface Remembered {
  readonly body: Uint8Array;
  readonly fields: readonly FieldDescription[];
}

/**
 * The row descriptions that a connection has seen last, found by their bytes: a statement that runs again gets the
 * same list of fields, and with it the reader of its rows that was made before.
 */
export class DescriptionMemory {
  readonly #remembered: Remembered[] = [];
  #oldest = 0;

  /** The fields of a RowDescription; throws RemoteProtocolError as its decoder does. */
  fieldsOf(frame: Frame): readonly FieldDescription[] {
    for (const { body, fields } of this.#remembered) if (isBody(frame, body)) return fields;
    const { fields } = decodeRowDescription(frame);
    if (frame.end - frame.start <= MAX_BYTES)
      this.#remember({ body: frame.bytes.slice(frame.start, frame.end), fields });
    return fields;
  }

  #remember(seen: Remembered): void {
    this.#remembered[this.#oldest] = seen;
    this.#oldest = (this.#oldest + 1) % CAPACITY;
  }
}

/** Whether the message has exactly these bytes. */
export function isBody({ bytes, end, start }: Frame, body: Uint8Array): boolean {
  const { length } = body;
  if (end - start !== length) return false;
  for (let index = 0; index < length; index++) if (bytes[start + index] !== body[index]) return false;
  return true;
}
