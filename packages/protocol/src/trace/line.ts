import { type Body, type BodyReader, readBackend } from '../bytes/reader.ts';
import { decodeUtf8 } from '../bytes/text.ts';

/** What a trace leaves out. */
export type TraceDetail =
  /** Passwords, keys and the data of an authentication are hidden. */
  | 'safe'
  /** As `safe`, and what varies from run to run is hidden: libpq's PQTRACE_REGRESS_MODE. */
  | 'regress'
  /** Everything is shown, as PQtrace does. */
  | 'secrets';

/** What a field is to whoever reads the trace. */
export type Visibility = 'shown' | 'varying' | 'secret';

/**
 * Writes the fields of one message as libpq's PQtrace does: each read from the body, each behind a space. A read past
 * the body's end throws, and what was written stays.
 */
export class TraceLine {
  readonly #reader: BodyReader;
  readonly #detail: TraceDetail;
  text = '';

  constructor(body: Body, detail: TraceDetail) {
    // The type only serves an error that never leaves this folder.
    this.#reader = readBackend(body, 'CopyData', decodeUtf8);
    this.#detail = detail;
  }

  get remaining(): number {
    return this.#reader.remaining;
  }

  /** The message's name, and the tab behind it when fields follow. */
  name(name: string, fields: 'fields' | 'bare'): void {
    this.text += fields === 'fields' ? `${name}\t` : name;
  }

  /** Reads an Int32 that only chooses the name. */
  code(): number {
    return this.#reader.int32();
  }

  /** Whether another parameter stands before the zero byte that ends a StartupMessage, which is not printed. */
  parameterFollows(): boolean {
    return this.#reader.peek() !== 0 || this.#reader.byte() !== 0;
  }

  byte(): number {
    const value = this.#reader.byte();
    this.text += ` ${printable(value)}`;
    return value;
  }

  /** Unsigned, also where the protocol's Int16 is signed: −1 shows as 65535. */
  int16(): number {
    const value = this.#reader.uint16();
    this.text += ` ${value}`;
    return value;
  }

  int32(visibility: Visibility = 'shown'): number {
    const value = this.#reader.int32();
    this.text += this.#hides(visibility) ? ' NNNN' : ` ${value}`;
    return value;
  }

  string(visibility: Visibility = 'shown'): string {
    const value = this.#reader.cstring();
    this.text += this.#hides(visibility) ? ' "SSSS"' : ` "${value}"`;
    return value;
  }

  /** Bytes whose number is known, those that are not printable ASCII in hexadecimal. */
  data(byteLength: number, visibility: Visibility = 'shown'): void {
    const bytes = this.#reader.view(byteLength);
    this.text += this.#hides(visibility) ? " 'BBBB'" : ` '${Array.from(bytes, printable).join('')}'`;
  }

  rest(visibility: Visibility = 'shown'): void {
    this.data(this.remaining, visibility);
  }

  /** An Int32 length and that many bytes; none for NULL. */
  value(visibility: Visibility = 'shown'): void {
    const byteLength = this.int32();
    if (byteLength !== -1) this.data(byteLength, visibility);
  }

  /** An Int16 count and what it counts. */
  list(element: () => void): void {
    const count = this.int16();
    for (let index = 0; index < count; index += 1) element();
  }

  #hides(visibility: Visibility): boolean {
    if (this.#detail === 'secrets' || visibility === 'shown') return false;
    return visibility === 'secret' || this.#detail === 'regress';
  }
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}
