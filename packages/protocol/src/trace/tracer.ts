import { readInt32 } from '../bytes/reader.ts';
import { MAX_MESSAGE_LENGTH } from '../bytes/writer.ts';
import { ProtocolError } from '../errors.ts';
import { type Frame, FrameReader } from '../framing.ts';
import type { AuthenticationAnswer } from '../frontend.ts';
import type { FrameLimits } from '../limits.ts';
import { AuthenticationCode } from '../messages/authentication.ts';
import { BackendTag, FrontendTag, RequestCode } from '../tags.ts';
import { backendLayouts } from './backend-layouts.ts';
import { answerLayouts, frontendLayouts, untypedLayout } from './frontend-layouts.ts';
import type { TraceLayout } from './layout.ts';
import { type TraceDetail, TraceLine } from './line.ts';

/** How a {@link Tracer} writes. */
export interface TraceOptions {
  /** Takes each line, without the line feed at its end; what the server sent stands in it as it came. */
  readonly write: (line: string) => void;
  /** `safe` unless given: passwords, keys and the data of an authentication are hidden. */
  readonly detail?: TraceDetail;
  /** What stands in front of each line; nothing unless given. libpq writes `YYYY-MM-DD HH:MM:SS.uuuuuu`. */
  readonly timestamp?: () => string;
  /** The greatest message that the tracer waits for, as a length field; 1 GiB − 2 unless given. */
  readonly maxMessageLength?: number;
}

/** What the server's next bytes are. */
type BackendPhase = 'messages' | 'SSLResponse' | 'GSSENCResponse' | 'lost';

/** What the client's next bytes are. */
type FrontendPhase = 'messages' | 'lost';

/**
 * Writes one line a message in the format of libpq's PQtrace, from the bytes of both directions.
 *
 * It never throws and never looks ahead: give it the bytes where they pass, in any chunks. Bytes that are no protocol
 * (those of TLS, say) end that direction's trace with a line that says so.
 *
 * @example
 * ```ts
 * const tracer = new Tracer({ write: console.log });
 * // F	13	Query	 "select 1"
 * tracer.frontend(writer.take());
 * // B	5	ReadyForQuery	 I
 * tracer.backend(chunk);
 * ```
 */
export class Tracer {
  readonly #write: (line: string) => void;
  readonly #detail: TraceDetail;
  readonly #timestamp: (() => string) | undefined;
  readonly #frontend: FrameReader;
  readonly #backend: FrameReader;
  #frontendPhase: FrontendPhase = 'messages';
  #backendPhase: BackendPhase = 'messages';
  /** What the client's next message with the type byte `p` is. */
  #answer: AuthenticationAnswer['type'] | undefined;

  constructor(options: TraceOptions) {
    this.#write = options.write;
    this.#detail = options.detail ?? 'safe';
    this.#timestamp = options.timestamp;
    const limits = anyMessage(options.maxMessageLength ?? MAX_MESSAGE_LENGTH);
    this.#frontend = new FrameReader({ ...limits, sender: 'frontend' }, 'untyped');
    this.#backend = new FrameReader({ ...limits, sender: 'backend' });
  }

  /** Traces what the client sent, from the first byte of the connection on. */
  frontend(chunk: Uint8Array): void {
    if (this.#frontendPhase === 'lost') return;
    try {
      this.#frontend.push(chunk);
      for (let frame = this.#frontend.next(); frame !== undefined; frame = this.#frontend.next()) {
        if (frame.tag === 0) this.#traceFirst(frame);
        else this.#trace('F', frame, this.#frontendLayout(frame.tag));
      }
    } catch (error) {
      this.#frontendPhase = 'lost';
      this.#lose('F', error);
    }
  }

  /** Traces what the server sent, from the first byte of the connection on. */
  backend(chunk: Uint8Array): void {
    if (this.#backendPhase === 'lost') return;
    try {
      this.#backend.push(this.#traceAnswer(chunk));
      for (let frame = this.#backend.next(); frame !== undefined; frame = this.#backend.next()) {
        if (frame.tag === BackendTag.Authentication) this.#expectAnswer(frame);
        this.#trace('B', frame, backendLayouts.get(frame.tag));
      }
    } catch (error) {
      this.#backendPhase = 'lost';
      this.#lose('B', error);
    }
  }

  #traceFirst(frame: Frame): void {
    const code = readInt32(frame.bytes, frame.start);
    this.#trace('F', frame, untypedLayout(code));
    if (code === RequestCode.SSLRequest) this.#backendPhase = 'SSLResponse';
    else if (code === RequestCode.GSSENCRequest) this.#backendPhase = 'GSSENCResponse';
    else if (code !== RequestCode.CancelRequest) this.#frontend.framing = 'typed';
  }

  /** The one byte that answers a request for encryption is traced and taken off. */
  #traceAnswer(chunk: Uint8Array): Uint8Array {
    const [answer] = chunk;
    const phase = this.#backendPhase;
    if (answer === undefined || phase === 'messages' || phase === 'lost') return chunk;
    this.#backendPhase = 'messages';
    this.#line(`B\t1\t${phase}\t ${String.fromCharCode(answer)}`);
    return chunk.subarray(1);
  }

  #expectAnswer(frame: Frame): void {
    const code = frame.end - frame.start < 4 ? 0 : readInt32(frame.bytes, frame.start);
    switch (code) {
      case AuthenticationCode.AuthenticationCleartextPassword:
      case AuthenticationCode.AuthenticationMD5Password:
        this.#answer = 'PasswordMessage';
        break;
      case AuthenticationCode.AuthenticationGSS:
      case AuthenticationCode.AuthenticationGSSContinue:
      case AuthenticationCode.AuthenticationSSPI:
        this.#answer = 'GSSResponse';
        break;
      case AuthenticationCode.AuthenticationSASL:
        this.#answer = 'SASLInitialResponse';
        break;
      case AuthenticationCode.AuthenticationSASLContinue:
        this.#answer = 'SASLResponse';
        break;
      default:
        this.#answer = undefined;
    }
  }

  #frontendLayout(tag: number): TraceLayout | undefined {
    if (tag !== FrontendTag.Authentication) return frontendLayouts.get(tag);
    return this.#answer === undefined ? undefined : answerLayouts[this.#answer];
  }

  #trace(direction: 'F' | 'B', frame: Frame, layout: TraceLayout | undefined): void {
    const line = new TraceLine(frame, this.#detail);
    try {
      if (layout === undefined) line.name(unknown(frame.tag), 'bare');
      else layout(line);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
    const length = frame.end - frame.start + 4;
    const varies =
      direction === 'B' && (frame.tag === BackendTag.ErrorResponse || frame.tag === BackendTag.NoticeResponse);
    const shownLength = this.#detail === 'regress' && varies ? 'NN' : String(length);
    this.#line(`${direction}\t${shownLength}\t${line.text}`);
    const consumed = length - line.remaining;
    // libpq prints this behind the line, without a timestamp.
    if (consumed !== length) this.#write(`mismatched message length: consumed ${consumed}, expected ${length}`);
  }

  #line(text: string): void {
    this.#write(this.#timestamp === undefined ? text : `${this.#timestamp()}\t${text}`);
  }

  #lose(direction: 'F' | 'B', error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.#line(`${direction}\t0\tnot traced any further: ${error.message}`);
  }
}

function unknown(tag: number): string {
  if (tag === FrontendTag.Authentication) return 'UnknownAuthenticationResponse';
  return `Unknown message: ${tag.toString(16).padStart(2, '0')}`;
}

/** A trace shows what came, be it legal or not. */
function anyMessage(maxLength: number): Pick<FrameLimits, 'least' | 'greatest'> {
  return { least: new Int32Array(256).fill(4), greatest: new Int32Array(256).fill(maxLength) };
}
