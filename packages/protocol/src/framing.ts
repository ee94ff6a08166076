import { Assembly, type JoinedMemory } from './bytes/assembly.ts';
import { type Body, readInt32 } from './bytes/reader.ts';
import { decodeUtf8 } from './bytes/text.ts';
import { LocalProtocolError, RemoteProtocolError } from './errors.ts';
import { type FrameLimits, MAX_STARTUP_PACKET_LENGTH } from './limits.ts';
import { BackendTag, backendMessageName, frontendMessageName } from './tags.ts';

/**
 * One message, seen where it lies. `start` and `end` bound the body; the type byte stands at `start - 5`, the length at
 * `start - 4`. The bytes are the pushed chunk's, valid as long as the chunk's memory is, or memory of the reader's that
 * is not written to again. The object itself is reused by the next call of `next`.
 */
export interface Frame extends Body {
  /** The type byte; 0 for an untyped message. */
  readonly tag: number;
}

/** Consecutive whole messages of one type: `count` of them, from `start` up to `end`, headers included. */
export interface FrameRun {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/** Whether messages carry a type byte; the first ones that a client sends do not. */
export type Framing = 'typed' | 'untyped';

const nothing = new Uint8Array(0);
/** So many bytes are worth a view of their memory, which reads a length in one step instead of four. */
const longRunByteLength = 2048;
const maxOldErrorByteLength = 30_000;

/**
 * Cuts a stream of chunks into messages.
 *
 * A message inside one chunk is a view of it; one that straddles chunks is joined once, in memory that grows with what
 * arrives, never by what a header announces. That memory is not written to again, unless the reader is told that it may
 * be `reused`: then a joined message is valid until the next one is begun, that is until `next` is called again. After an error every call throws that error again.
 *
 * @example
 * ```ts
 * const reader = new FrameReader(backendLimits());
 * socket.on('data', (chunk) => {
 *   for (const frame of reader.frames(chunk)) handle(decodeBackend(frame));
 * });
 * ```
 */
export class FrameReader {
  #limits: FrameLimits;
  #framing: Framing;
  #chunk: Uint8Array = nothing;
  /** The chunk as a plain view, once a message is given out of it. */
  #view: Uint8Array | undefined;
  #at = 0;
  readonly #joined: Assembly;
  /** The byte length of the message that is being joined, 0 while its header is incomplete. */
  #awaited = 0;
  /** How many bytes of that message have not been pushed yet, 0 when that is not known. */
  #missing = 0;
  #failure: RemoteProtocolError | undefined;
  readonly #frame: { tag: number; bytes: Uint8Array; start: number; end: number } = {
    tag: 0,
    bytes: nothing,
    start: 0,
    end: 0,
  };
  readonly #run: { bytes: Uint8Array; start: number; end: number; count: number } = {
    bytes: nothing,
    start: 0,
    end: 0,
    count: 0,
  };

  constructor(limits: FrameLimits, framing: Framing = 'typed', joinedMemory: JoinedMemory = 'fresh') {
    this.#limits = limits;
    this.#framing = framing;
    this.#joined = new Assembly(joinedMemory);
  }

  /** The limits for the messages that have not been read yet. */
  get limits(): FrameLimits {
    return this.#limits;
  }

  set limits(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** How the messages that have not been read yet are framed. */
  get framing(): Framing {
    return this.#framing;
  }

  set framing(framing: Framing) {
    if (this.#joined.held !== 0)
      throw new LocalProtocolError('invalid-state', 'framing cannot change inside a message');
    this.#framing = framing;
  }

  /** The number of bytes that have been pushed and not yet given out. */
  get bufferedByteLength(): number {
    return this.#joined.held + this.#chunk.byteLength - this.#at;
  }

  /** The number of bytes of memory that the reader keeps besides the pushed chunk. */
  get allocatedByteLength(): number {
    return this.#joined.bytes.byteLength;
  }

  /** The number of bytes copied so far to join messages that straddled chunks. */
  get copiedByteLength(): number {
    return this.#joined.copied;
  }

  /**
   * Gives the reader the next chunk. The former one must have been read to its end, that is `next` must have returned
   * undefined: the reader queues nothing.
   *
   * @returns false when the chunk does not complete the message that is being joined: `next` would give nothing. It is
   * taken in with two comparisons then, for a network may deliver a message in very small pieces.
   * @throws LocalProtocolError `invalid-state` when there is an unread message.
   */
  push(chunk: Uint8Array): boolean {
    // Of a Buffer the engine reads `length` in place; `byteLength` is a call.
    const { length } = chunk;
    if (length < this.#missing) {
      this.#missing -= length;
      this.#joined.take(chunk, 0, this.#awaited);
      return false;
    }
    if (this.#at !== this.#chunk.length) {
      throw new LocalProtocolError('invalid-state', 'the last chunk has not been read to its end');
    }
    this.#chunk = chunk;
    this.#view = undefined;
    this.#at = 0;
    return true;
  }

  /** Copies what is unread of the chunk, so that whoever pushed it may reuse its memory at once. */
  detach(): void {
    this.#joined.copied += this.#chunk.byteLength - this.#at;
    this.#chunk = Uint8Array.prototype.slice.call(this.#chunk, this.#at);
    this.#view = undefined;
    this.#at = 0;
  }

  /**
   * The next message; undefined when more bytes are needed, and then nothing of the chunk is referred to any more.
   *
   * @throws RemoteProtocolError when a header is not legal.
   */
  next(): Frame | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#joined.held !== 0) return this.#nextJoined();
    if (this.#framing === 'untyped') return this.#nextUntyped();
    const chunk = this.#chunk;
    const at = this.#at;
    const left = chunk.length - at;
    if (left < 5) return this.#hold(0);
    const tag = chunk[at] ?? 0;
    const length = readInt32(chunk, at + 1);
    const limits = this.#limits;
    if (length < (limits.least[tag] ?? 0) || length > (limits.greatest[tag] ?? 0)) this.#refuse(tag, length);
    if (length >= left) return this.#hold(length + 1);
    this.#at = at + 1 + length;
    return this.#give(tag, this.#view ?? this.#plain(), at + 5, this.#at);
  }

  /**
   * Pushes a chunk and gives each message that it completes; see `next`, which costs less where every microsecond counts.
   *
   * @throws LocalProtocolError or RemoteProtocolError as `push` and `next` do.
   */
  *frames(chunk: Uint8Array): Generator<Frame, void, undefined> {
    this.push(chunk);
    for (let frame = this.next(); frame !== undefined; frame = this.next()) yield frame;
  }

  /**
   * The message that `next` just gave, together with all whole messages of the same type that directly follow it in the
   * chunk; they count as read. The result is reused by the next call.
   *
   * @param fieldCount ends the run of DataRows before one that has another number of fields; the first one, which is
   * given already, is for the caller to check.
   */
  takeRun(fieldCount?: number): FrameRun {
    const { tag, bytes, start } = this.#frame;
    const run = this.#run;
    run.bytes = bytes;
    run.start = start - 5;
    run.end = this.#frame.end;
    run.count = 1;
    if (bytes !== this.#view || run.end !== this.#at) return run;
    const least = this.#limits.least[tag] ?? 0;
    const greatest = this.#limits.greatest[tag] ?? 0;
    const end = bytes.length;
    let at = this.#at;
    let count = 1;
    const view =
      end - at < longRunByteLength ? undefined : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // What is not whole or not legal stays for next(), which says so.
    while (end - at >= 5 && bytes[at] === tag) {
      const length = view === undefined ? readInt32(bytes, at + 1) : view.getInt32(at + 1);
      if (length < least || length > greatest || length >= end - at) break;
      if (fieldCount !== undefined && fieldCountAt(bytes, at + 5) !== fieldCount) break;
      at += length + 1;
      count += 1;
    }
    this.#at = at;
    run.end = at;
    run.count = count;
    return run;
  }

  /** The chunk without its subclass: one shape for the engine, one meaning of `slice` for the caller. */
  #plain(): Uint8Array {
    const chunk = this.#chunk;
    const view =
      Object.getPrototypeOf(chunk) === Uint8Array.prototype
        ? chunk
        : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#view = view;
    return view;
  }

  #give(tag: number, bytes: Uint8Array, start: number, end: number): Frame {
    const frame = this.#frame;
    frame.tag = tag;
    frame.bytes = bytes;
    frame.start = start;
    frame.end = end;
    return frame;
  }

  #nextUntyped(): Frame | undefined {
    const chunk = this.#chunk;
    const at = this.#at;
    const left = chunk.length - at;
    if (left < 4) return this.#hold(0);
    const length = readInt32(chunk, at);
    this.#checkUntyped(length);
    if (length > left) return this.#hold(length);
    this.#at = at + length;
    return this.#give(0, this.#view ?? this.#plain(), at + 4, this.#at);
  }

  /** Takes the rest of the chunk to be joined; `awaited` is the message's byte length, 0 when not known yet. */
  #hold(awaited: number): undefined {
    const chunk = this.#chunk;
    this.#awaited = awaited;
    this.#at += this.#joined.take(chunk, this.#at, awaited === 0 ? chunk.length - this.#at : awaited);
    this.#missing = awaited === 0 ? 0 : awaited - this.#joined.held;
    return undefined;
  }

  #nextJoined(): Frame | undefined {
    const joined = this.#joined;
    const chunk = this.#chunk;
    if (this.#awaited === 0) {
      const headerByteLength = this.#framing === 'untyped' ? 4 : 5;
      this.#at += joined.take(chunk, this.#at, headerByteLength);
      if (joined.held < headerByteLength) return undefined;
      this.#awaited = this.#announced();
    }
    const byteLength = this.#awaited;
    this.#at += joined.take(chunk, this.#at, byteLength);
    this.#missing = byteLength - joined.held;
    if (this.#missing > 0) return undefined;
    const { bytes, start } = joined;
    joined.finish();
    this.#awaited = 0;
    const end = start + byteLength;
    return this.#framing === 'untyped'
      ? this.#give(0, bytes, start + 4, end)
      : this.#give(bytes[start] ?? 0, bytes, start + 5, end);
  }

  /** The byte length that the header of the message being joined announces. */
  #announced(): number {
    const { bytes, start } = this.#joined;
    if (this.#framing === 'untyped') {
      const length = readInt32(bytes, start);
      this.#checkUntyped(length);
      return length;
    }
    const tag = bytes[start] ?? 0;
    const length = readInt32(bytes, start + 1);
    const { least, greatest } = this.#limits;
    if (length < (least[tag] ?? 0) || length > (greatest[tag] ?? 0)) this.#refuse(tag, length);
    return length + 1;
  }

  #checkUntyped(length: number): void {
    if (length < 8 || length > MAX_STARTUP_PACKET_LENGTH) {
      this.#fail(new RemoteProtocolError('invalid-length', 'invalid length of startup packet', 'StartupMessage'));
    }
  }

  #refuse(tag: number, length: number): never {
    const { sender, greatest } = this.#limits;
    const limit = greatest[tag] ?? 0;
    const name = sender === 'frontend' ? frontendMessageName(tag) : backendMessageName(tag);
    if (limit === 0) {
      const code = name === undefined ? 'unknown-message' : 'unexpected-message';
      this.#fail(new RemoteProtocolError(code, illegalType(sender, tag), name));
    }
    if (sender === 'backend-startup' && tag === BackendTag.ErrorResponse) {
      this.#fail(new RemoteProtocolError('pre-3.0-error', this.#textFromOldServer(), name));
    }
    const code = length > limit ? 'message-too-long' : 'invalid-length';
    this.#fail(new RemoteProtocolError(code, illegalLength(sender, tag, length), name));
  }

  /** A server that has not got as far as protocol 3 sends `E` and a text that ends with a zero byte. */
  #textFromOldServer(): string {
    const { bytes: memory, start, held } = this.#joined;
    const bytes = held === 0 ? this.#chunk.subarray(this.#at) : memory.subarray(start, start + held);
    const end = bytes.indexOf(0);
    return decodeUtf8(bytes, 1, Math.min(end < 1 ? bytes.byteLength : end, maxOldErrorByteLength)).trimEnd();
  }

  #fail(failure: RemoteProtocolError): never {
    this.#failure = failure;
    this.#joined.clear();
    this.#at = this.#chunk.byteLength;
    throw failure;
  }
}

/** The Int16 that a DataRow's body begins with. */
function fieldCountAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** What the receiver says about a type byte that has no place here: libpq's words, or the server's. */
function illegalType(sender: FrameLimits['sender'], tag: number): string {
  switch (sender) {
    case 'backend-startup':
      return `expected authentication request from server, but received ${printable(tag)}`;
    case 'backend':
      return `unexpected response from server; first received character was "${printable(tag)}"`;
    case 'frontend':
      return `invalid frontend message type ${tag}`;
  }
}

function illegalLength(sender: FrameLimits['sender'], tag: number, length: number): string {
  switch (sender) {
    case 'backend-startup':
      return tag === BackendTag.Authentication
        ? 'received invalid authentication request'
        : 'received invalid protocol negotiation message';
    case 'backend':
      return `lost synchronization with server: got message type "${printable(tag)}", length ${length}`;
    case 'frontend':
      return 'invalid message length';
  }
}

/** A type byte as a character that is safe to show. */
function printable(tag: number): string {
  return tag >= 0x20 && tag < 0x7f ? String.fromCharCode(tag) : `\\x${tag.toString(16).padStart(2, '0')}`;
}
