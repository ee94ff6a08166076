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
/** A buffer of this size may be made on the word of a header alone; a larger one grows as its bytes arrive. */
const firstByteLength = 65_536;
/** Small messages that straddle chunks are joined one behind the other in memory of this size. */
const slabByteLength = 8192;
const shortCopy = 64;
const maxOldErrorByteLength = 30_000;

/**
 * Cuts a stream of chunks into messages.
 *
 * A message inside one chunk is a view of it; one that straddles chunks is joined once, in memory that grows with what
 * arrives, never by what a header announces. After an error every call throws that error again.
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
  /** Where messages are joined; what a message was given out of is not written to again. */
  #memory: Uint8Array = nothing;
  /** Where in `#memory` the message begins whose end has not arrived. */
  #start = 0;
  /** How much of it has arrived. */
  #held = 0;
  /** Its byte length, 0 while its header is incomplete. */
  #awaited = 0;
  /** A size that the peer has really sent before, and so may announce again. */
  #trusted = firstByteLength;
  #copied = 0;
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

  constructor(limits: FrameLimits, framing: Framing = 'typed') {
    this.#limits = limits;
    this.#framing = framing;
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
    if (this.#held !== 0) throw new LocalProtocolError('invalid-state', 'framing cannot change inside a message');
    this.#framing = framing;
  }

  /** The number of bytes that have been pushed and not yet given out. */
  get bufferedByteLength(): number {
    return this.#held + this.#chunk.byteLength - this.#at;
  }

  /** The number of bytes of memory that the reader keeps besides the pushed chunk. */
  get allocatedByteLength(): number {
    return this.#memory.byteLength;
  }

  /** The number of bytes copied so far to join messages that straddled chunks. */
  get copiedByteLength(): number {
    return this.#copied;
  }

  /**
   * Gives the reader the next chunk. The former one must have been read to its end, that is `next` must have returned
   * undefined: the reader queues nothing.
   *
   * @throws LocalProtocolError `invalid-state` when there is an unread message.
   */
  push(chunk: Uint8Array): void {
    if (this.#at !== this.#chunk.byteLength) {
      throw new LocalProtocolError('invalid-state', 'the last chunk has not been read to its end');
    }
    this.#chunk = chunk;
    this.#view = undefined;
    this.#at = 0;
  }

  /** Copies what is unread of the chunk, so that whoever pushed it may reuse its memory at once. */
  detach(): void {
    this.#copied += this.#chunk.byteLength - this.#at;
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
    if (this.#held !== 0) return this.#nextJoined();
    if (this.#framing === 'untyped') return this.#nextUntyped();
    const chunk = this.#chunk;
    const at = this.#at;
    const left = chunk.byteLength - at;
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
   */
  takeRun(): FrameRun {
    const { tag, bytes, start } = this.#frame;
    const run = this.#run;
    run.bytes = bytes;
    run.start = start - 5;
    run.end = this.#frame.end;
    run.count = 1;
    if (bytes !== this.#view || run.end !== this.#at) return run;
    const least = this.#limits.least[tag] ?? 0;
    const greatest = this.#limits.greatest[tag] ?? 0;
    const end = bytes.byteLength;
    let at = this.#at;
    let count = 1;
    // What is not whole or not legal stays for next(), which says so.
    while (end - at >= 5 && bytes[at] === tag) {
      const length = readInt32(bytes, at + 1);
      if (length < least || length > greatest || length >= end - at) break;
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
    const left = chunk.byteLength - at;
    if (left < 4) return this.#hold(0);
    const length = readInt32(chunk, at);
    this.#checkUntyped(length);
    if (length > left) return this.#hold(length);
    this.#at = at + length;
    return this.#give(0, this.#view ?? this.#plain(), at + 4, this.#at);
  }

  /** Moves the rest of the chunk into `#memory`; `awaited` is the message's byte length, 0 when not known yet. */
  #hold(awaited: number): undefined {
    if (this.#at === this.#chunk.byteLength) return undefined;
    this.#awaited = awaited;
    this.#fill();
    return undefined;
  }

  #nextJoined(): Frame | undefined {
    if (!this.#fill()) return undefined;
    const start = this.#start;
    const byteLength = this.#awaited;
    const end = start + byteLength;
    this.#start = end;
    this.#held = 0;
    this.#awaited = 0;
    if (byteLength > this.#trusted) this.#trusted = byteLength;
    const memory = this.#memory;
    return this.#framing === 'untyped'
      ? this.#give(0, memory, start + 4, end)
      : this.#give(memory[start] ?? 0, memory, start + 5, end);
  }

  /** Takes what the chunk has of the message in `#memory`; true when the message is whole. */
  #fill(): boolean {
    if (this.#awaited === 0) {
      const headerByteLength = this.#framing === 'untyped' ? 4 : 5;
      this.#copy(headerByteLength);
      if (this.#held < headerByteLength) return false;
      this.#awaited = this.#announced();
    }
    this.#copy(this.#awaited);
    return this.#held === this.#awaited;
  }

  /** The byte length that the header in `#memory` announces. */
  #announced(): number {
    if (this.#framing === 'untyped') {
      const length = readInt32(this.#memory, this.#start);
      this.#checkUntyped(length);
      return length;
    }
    const tag = this.#memory[this.#start] ?? 0;
    const length = readInt32(this.#memory, this.#start + 1);
    const { least, greatest } = this.#limits;
    if (length < (least[tag] ?? 0) || length > (greatest[tag] ?? 0)) this.#refuse(tag, length);
    return length + 1;
  }

  /** Copies from the chunk until `byteLength` bytes of the message are held or the chunk ends. */
  #copy(byteLength: number): void {
    const chunk = this.#chunk;
    const from = this.#at;
    const held = this.#held;
    const count = Math.min(byteLength - held, chunk.byteLength - from);
    if (count <= 0) return;
    if (this.#start + held + count > this.#memory.byteLength) this.#grow(byteLength, held + count);
    const memory = this.#memory;
    const into = this.#start + held;
    if (count <= shortCopy) {
      for (let index = 0; index < count; index += 1) memory[into + index] = chunk[from + index] ?? 0;
    } else {
      memory.set(chunk.subarray(from, from + count), into);
    }
    this.#copied += count;
    this.#held = held + count;
    this.#at = from + count;
  }

  /** Moves the message into memory where at least `needed` of its `byteLength` bytes have room. */
  #grow(byteLength: number, needed: number): void {
    const size = byteLength <= this.#trusted ? byteLength : Math.min(byteLength, Math.max(needed * 2, firstByteLength));
    const grown = new Uint8Array(Math.max(size, slabByteLength));
    grown.set(this.#memory.subarray(this.#start, this.#start + this.#held));
    this.#copied += this.#held;
    this.#memory = grown;
    this.#start = 0;
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
    const joined = this.#held !== 0;
    const bytes = joined
      ? this.#memory.subarray(this.#start, this.#start + this.#held)
      : this.#chunk.subarray(this.#at);
    const end = bytes.indexOf(0);
    return decodeUtf8(bytes, 1, Math.min(end < 1 ? bytes.byteLength : end, maxOldErrorByteLength)).trimEnd();
  }

  #fail(failure: RemoteProtocolError): never {
    this.#failure = failure;
    this.#memory = nothing;
    this.#start = 0;
    this.#held = 0;
    this.#at = this.#chunk.byteLength;
    throw failure;
  }
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
