import type { DblinkMessageFields, DblinkNotice } from '@pg-dblink/session';
import { ControlWords } from './control.ts';
import {
  type AbandonReason,
  type CallRequest,
  type CallResult,
  FRAME,
  type LocalAnswer,
  type RowSetFrame,
  TO_BE_CONTINUED,
} from './frames.ts';
import { Link } from './link.ts';
import { joinParts } from './parts.ts';
import { AWAKE_MS, Patience } from './patience.ts';
import { PayloadDecoder } from './payloads.ts';
import { LIFE } from './pulse.ts';
import type { Frame, RingReader } from './ring.ts';
import type { SpawnNetworkThread } from './thread.ts';

/** Longest time that the blocked thread does not look around by itself. */
const SLICE_MS = 50;
/** How often the statement's deadline is looked at: to read it costs as much as all else of a short call. */
const DEADLINE_MS = 1;
/** Slices without a heartbeat after which a worker counts as gone. */
const SILENT_SLICES = 100;
/** The same while it starts: code is read and compiled then. */
const STARTING_SLICES = 600;

/** What the waiting thread asks of the engine. */
export interface EngineHost {
  /** Milliseconds since the epoch: what older cancel requests were meant for is over. */
  statementStartMs(): number;
  /** When the statement's time is up; undefined without a limit. */
  readonly deadlineMs: number | undefined;
  notice(notice: DblinkNotice): void;
  localAnswer(serverName: string): LocalAnswer;
  /** Raises what the engine itself has pending. */
  checkForInterrupts(): void;
  /** Raises 57014. */
  cancelStatement(why: 'user request' | 'statement timeout'): never;
  raise(fields: DblinkMessageFields): never;
}

/** What the worker sends for a call, without what is answered on the way. */
export type CallEvent =
  | { readonly kind: 'row set'; readonly rowSet: RowSetFrame }
  /** Valid until the next event is asked for. */
  | { readonly kind: 'rows'; readonly bytes: Uint8Array; readonly start: number; readonly end: number }
  | { readonly kind: 'result'; readonly result: CallResult };

/** One call under way: an event after the other, the result last. */
export interface Exchange {
  next(): CallEvent;
}

const GONE: DblinkMessageFields = {
  sqlState: '08006',
  message: 'the network worker of dblink has ended unexpectedly',
  detail: 'All dblink connections of this session are closed.',
};

const TOO_DEEP: DblinkMessageFields = {
  sqlState: '54001',
  message: 'dblink calls are nested too deeply',
};

/**
 * The blocking end of the bridge: posts a request to the network worker and waits in slices for the frames of its
 * answer, heeding cancel requests, the statement's deadline and the worker's heartbeat.
 *
 * Calls nest when a conversion runs SQL that calls dblink again; each depth has a ring of its own, because the rows of
 * the outer call may lie unread in the outer ring.
 */
export class Caller {
  readonly #spawn: SpawnNetworkThread;
  readonly #control: SharedArrayBuffer;
  readonly #words: ControlWords;
  #link: Link | undefined;
  readonly #patience = new Patience();
  readonly #payloads = new PayloadDecoder();
  #depth = 0;
  #lastCall = 0;
  /** When the statement's deadline was looked at. */
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(spawn: SpawnNetworkThread, control: SharedArrayBuffer) {
    this.#spawn = spawn;
    this.#control = control;
    this.#words = new ControlWords(control);
  }

  /** Runs one request; the body reads the answer, and what it leaves unread is dropped. */
  run<T>(request: CallRequest, host: EngineHost, body: (exchange: Exchange) => T): T {
    const link = this.#liveLink();
    const channel = this.#depth;
    const ring = link.answers(channel) ?? host.raise(TOO_DEEP);
    const call = ++this.#lastCall;
    let ended = false;
    let reason: AbandonReason = 'refused';
    const way = this.#patience.choose();
    const beganMs = performance.now();
    const awakeUntilMs = way === 'awake' ? beganMs + AWAKE_MS : beganMs;
    let answer: 'awaited' | 'begun' = 'awaited';

    const next = (): CallEvent => {
      for (;;) {
        const frame = this.#await(link, ring, call, host, awakeUntilMs, (why) => {
          reason = why;
        });
        if (answer === 'awaited') this.#patience.note(way, performance.now() - beganMs);
        answer = 'begun';
        const event = this.#event(link, ring, call, frame, host);
        if (event === undefined) continue;
        ended = event.kind === 'result' || event.kind === 'failed';
        if (event.kind === 'failed') host.raise(event.fields);
        return event;
      }
    };

    link.post(call, { kind: 'call', channel, request, waits: way });
    this.#depth++;
    try {
      return body({ next });
    } finally {
      this.#depth--;
      if (!ended && this.#link === link) link.post(call, { kind: 'abandon', reason });
    }
  }

  /** What the worker's isolate uses; nothing without a worker. */
  get networkMemory(): { readonly bytes: number; readonly peakBytes: number } {
    return this.#link?.pulse.usedMemory ?? { bytes: 0, peakBytes: 0 };
  }

  /** Ends the worker and with it every connection. */
  close(): void {
    this.#link?.end();
    this.#link = undefined;
  }

  /** The same in order: remote statements whose cancelling has begun are cancelled first. */
  async finish(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.finish();
  }

  #liveLink(): Link {
    if (this.#link !== undefined && this.#link.pulse.life === LIFE.ended) this.close();
    this.#link ??= new Link(this.#spawn, this.#control);
    return this.#link;
  }

  /** The call's next frame; blocks until it is there, awake for a moment if that is left. */
  #await(
    link: Link,
    ring: RingReader,
    call: number,
    host: EngineHost,
    awakeUntilMs: number,
    interrupted: (why: 'user request' | 'statement timeout') => void,
  ): Frame {
    let heartbeat = link.pulse.heartbeat;
    let silent = 0;
    for (;;) {
      const seen = this.#words.signals;
      const frame = ring.next();
      if (frame !== undefined) {
        // What an abandoned call has left in the ring is passed over.
        if (frame.call === call) return frame;
        continue;
      }
      if (this.#words.takeCancel(() => host.statementStartMs())) {
        interrupted('user request');
        host.cancelStatement('user request');
      }
      const nowMs = performance.now();
      if (nowMs < awakeUntilMs) {
        this.#words.waitAwake(seen, ring, awakeUntilMs);
        continue;
      }
      const leftMs = this.#leftMs(host, nowMs);
      if (leftMs <= 0) {
        interrupted('statement timeout');
        host.cancelStatement('statement timeout');
      }
      host.checkForInterrupts();
      if (this.#link !== link || link.pulse.life === LIFE.ended) return this.#lose(link, host);
      if (this.#words.wait(seen, Math.min(SLICE_MS, leftMs)) === 'signalled') continue;
      const beat = link.pulse.heartbeat;
      silent = beat === heartbeat ? silent + 1 : 0;
      heartbeat = beat;
      if (silent > (link.pulse.life === LIFE.starting ? STARTING_SLICES : SILENT_SLICES)) this.#lose(link, host);
    }
  }

  /** How long to wait until the statement's deadline, or until it is to be looked at. */
  #leftMs(host: EngineHost, nowMs: number): number {
    if (nowMs - this.#lookedMs < DEADLINE_MS) return DEADLINE_MS;
    this.#lookedMs = nowMs;
    const { deadlineMs } = host;
    return deadlineMs === undefined ? SLICE_MS : deadlineMs - Date.now();
  }

  #lose(link: Link, host: EngineHost): never {
    if (this.#link === link) this.close();
    host.raise(GONE);
  }

  /** Answers what the worker asks, raises notices, and yields everything else. */
  #event(
    link: Link,
    ring: RingReader,
    call: number,
    frame: Frame,
    host: EngineHost,
  ): CallEvent | { readonly kind: 'failed'; readonly fields: DblinkMessageFields } | undefined {
    const { bytes } = ring;
    if (frame.kind === FRAME.rows) return { kind: 'rows', bytes, start: frame.start, end: frame.end };
    const kind = frame.kind & ~TO_BE_CONTINUED;
    const payload = <T>(): T => this.#payload<T>(kind, link, ring, call, frame, host);
    switch (kind) {
      case FRAME.rowSet:
        return { kind: 'row set', rowSet: payload<RowSetFrame>() };
      case FRAME.result:
        return { kind: 'result', result: payload<CallResult>() };
      case FRAME.failed:
        return { kind: 'failed', fields: payload<DblinkMessageFields>() };
      case FRAME.notice:
        host.notice(payload<DblinkNotice>());
        return undefined;
      case FRAME.ask:
        link.post(call, { kind: 'answer', answer: host.localAnswer(payload<string>()) });
        return undefined;
      default:
        throw new Error(`the network worker sent an unknown frame ${frame.kind}`);
    }
  }

  #payload<T>(kind: number, link: Link, ring: RingReader, call: number, first: Frame, host: EngineHost): T {
    const { bytes } = ring;
    if (first.kind === kind) return this.#payloads.decode(kind, bytes, first.start, first.end);
    const parts: Uint8Array[] = [];
    for (let frame = first; ; frame = this.#await(link, ring, call, host, 0, () => {})) {
      parts.push(bytes.slice(frame.start, frame.end));
      if ((frame.kind & TO_BE_CONTINUED) === 0) break;
    }
    const whole = joinParts(parts);
    return this.#payloads.decode(kind, whole, 0, whole.length);
  }
}
