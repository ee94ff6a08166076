import {
  BackendTag,
  backendMessageName,
  type CopyResponse,
  decodeCopyResponse,
  decodeErrorResponse,
  decodeNoticeResponse,
  decodeNotificationResponse,
  decodeParameterDescription,
  decodeParameterStatus,
  decodeReadyForQuery,
  encodeCopyData,
  encodeCopyDone,
  encodeCopyFail,
  encodeFlush,
  encodeSync,
  type Frame,
  type FrameReader,
  RemoteProtocolError,
} from '@pg-dblink/protocol';
import type { CopyDirection, ResultSink } from '../result-sink.ts';
import { readMessageFields, ServerError, type ServerNotice, type ServerNotification } from '../server-error.ts';
import { DescriptionMemory } from './description-memory.ts';
import { type Asker, dropAnswer, type Exchange, exchangeOf, promised } from './exchange.ts';
import { Fifo } from './fifo.ts';
import { Output } from './output.ts';
import { FIRST_PHASE, type Move, type Phase, TRANSITIONS } from './phases.ts';
import type { Request } from './requests.ts';
import { checkFieldCount } from './row-check.ts';
import { TagMemory } from './tag-memory.ts';

/** ReadyForQuery's byte: idle, in a transaction, in a failed one; unknown once the connection is lost. */
export type TransactionStatus = 'I' | 'T' | 'E' | 'unknown';

/** What the machine tells its owner besides what goes to sinks. */
export interface MachineEvents {
  notice(notice: ServerNotice): void;
  notification(notification: ServerNotification): void;
  parameterStatus(name: string, value: string): void;
  /** FATAL or PANIC: the server's last words. */
  fatal(error: ServerError): void;
  /** A request has had its last answer; whoever made it is told next. */
  answered(): void;
}

const REFUSED_COPY = 'COPY is not handled by this client call';

/**
 * The steady phase of a connection without its socket: chunks go in, sinks are called, output is taken out.
 *
 * @example
 * ```ts
 * machine.submit({ kind: 'simple', sql: 'select 1' }, sink, { ended: ({ kind }) => console.log(kind) });
 * transport.write(machine.output.take());
 * transport.onChunk = (chunk) => machine.receive(chunk);
 * ```
 */
export class Machine {
  readonly output: Output = new Output();
  readonly #reader: FrameReader;
  readonly #events: MachineEvents;
  readonly #queue = new Fifo<Exchange>();
  readonly #descriptions = new DescriptionMemory();
  readonly #tags = new TagMemory();
  #phase: Phase = 'idle';
  /** The last ReadyForQuery: its object is kept, so that the engine keeps the code that reads one. */
  #ready: { readonly status: TransactionStatus };
  /** Why the pipeline's commands are skipped until the next Sync. */
  #abortedBy: ServerError | undefined;

  constructor(reader: FrameReader, events: MachineEvents, transactionStatus: TransactionStatus) {
    this.#reader = reader;
    this.#events = events;
    this.#ready = { status: transactionStatus };
  }

  get phase(): Phase {
    return this.#phase;
  }

  get transactionStatus(): TransactionStatus {
    return this.#ready.status;
  }

  /** Queues a request and writes its messages into `output`; throws LocalProtocolError when they cannot be written. */
  submit(request: Request, sink: ResultSink, asker: Asker): Exchange {
    const steps = this.output.appendRequest(request);
    const exchange = exchangeOf(request, steps, sink, asker);
    this.#queue.push(exchange);
    if (this.#phase === 'idle') this.#phase = this.#firstPhase();
    else if (this.#phase === 'aborted') this.#skip(this.#abortedBy);
    return exchange;
  }

  /**
   * Takes a chunk, which must stay unchanged during the call only. A promise means that a sink wants to be waited for:
   * no chunk may follow until it is settled and {@link resume} has been called.
   *
   * @throws RemoteProtocolError when the server broke the rules; the machine is closed then.
   */
  receive(chunk: Uint8Array): Promise<void> | undefined {
    return this.#reader.push(chunk) ? this.resume() : undefined;
  }

  /** Goes on after a sink's promise is settled, as `receive` does. */
  resume(): Promise<void> | undefined {
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      const waiting = this.#take(frame);
      if (waiting !== undefined) {
        this.#reader.detach();
        return waiting;
      }
    }
    return undefined;
  }

  /** Drops the rest of the current answer: its sink is never called again. */
  discard(error: unknown): void {
    const exchange = this.#queue.first;
    if (exchange !== undefined) dropAnswer(exchange, error);
  }

  /** Asks the server to send the answers that it holds back. */
  requestFlush(): void {
    this.output.append((writer) => encodeFlush(writer));
  }

  /** Sends a piece of COPY data; legal while a copy in or both is under way. */
  copyData(bytes: Uint8Array): void {
    this.output.append((writer) => encodeCopyData(writer, { data: bytes }));
  }

  /** Ends our side of a copy. */
  copyDone(): void {
    this.output.append((writer) => encodeCopyDone(writer));
    if (this.#phase === 'simple-copy-in') this.#phase = 'simple-copy-ended';
  }

  /** Refuses to go on with a copy in; the server answers with an error that quotes the reason. */
  copyFail(reason: string): void {
    const extended = this.#phase === 'execute-copy-in';
    this.output.append((writer) => {
      encodeCopyFail(writer, { reason });
      // The Sync sent with the statement was swallowed by the copy (manual: "COPY Operations").
      if (extended) encodeSync(writer);
    });
    if (this.#phase === 'simple-copy-in') this.#phase = 'simple-copy-ended';
    if (extended) this.#phase = 'execute-copy-ended';
  }

  /** Ends the machine and hands back the exchanges that will never be answered. */
  close(): readonly Exchange[] {
    this.#phase = 'closed';
    this.#ready = { status: 'unknown' };
    return this.#queue.clear();
  }

  #take(frame: Frame): Promise<void> | undefined {
    switch (frame.tag) {
      case BackendTag.DataRow:
        return this.#takeRows(frame);
      case BackendTag.CopyData:
        return this.#takeCopyData(frame);
      case BackendTag.ParameterStatus: {
        const { name, value } = decodeParameterStatus(frame);
        this.#events.parameterStatus(name, value);
        return undefined;
      }
      case BackendTag.NoticeResponse:
        this.#events.notice(readMessageFields(decodeNoticeResponse(frame).fields));
        return undefined;
      case BackendTag.NotificationResponse: {
        const { processId, channel, payload } = decodeNotificationResponse(frame);
        this.#events.notification({ pid: processId, channel, payload });
        return undefined;
      }
      default:
        return this.#takeAnswer(frame);
    }
  }

  #takeRows(frame: Frame): Promise<void> | undefined {
    this.#moveFor(frame);
    const exchange = this.#head();
    const { columnCount } = exchange;
    if (columnCount !== undefined) checkFieldCount(frame, columnCount);
    const run = this.#reader.takeRun(columnCount);
    try {
      return promised(exchange.sink.dataRows(run.bytes, run.start, run.end, run.count));
    } catch (error) {
      dropAnswer(exchange, error);
      return undefined;
    }
  }

  #takeCopyData(frame: Frame): Promise<void> | undefined {
    this.#moveFor(frame);
    const exchange = this.#head();
    const run = this.#reader.takeRun();
    if (exchange.copy === 'unhandled') return undefined;
    return this.#deliver(exchange, (sink) => sink.copyData?.(run.bytes, run.start, run.end, run.count));
  }

  #takeAnswer(frame: Frame): Promise<void> | undefined {
    const move = this.#moveFor(frame);
    if (frame.tag === BackendTag.ErrorResponse) {
      this.#takeError(frame, move);
      return undefined;
    }
    if (frame.tag === BackendTag.ReadyForQuery) this.#ready = decodeReadyForQuery(frame);
    const exchange = this.#head();
    const waiting = this.#hand(exchange, frame);
    if (move === 'next') this.#next(exchange);
    else this.#phase = move as Phase;
    if (move !== 'next' && exchange.copy === 'unhandled') this.#refuseCopy(frame.tag);
    return waiting;
  }

  /** Gives the message to the exchange's sink. */
  #hand(exchange: Exchange, frame: Frame): Promise<void> | undefined {
    switch (frame.tag) {
      case BackendTag.RowDescription: {
        const fields = this.#descriptions.fieldsOf(frame);
        exchange.columnCount = fields.length;
        const body = frame.bytes.subarray(frame.start, frame.end);
        return this.#deliver(exchange, (sink) => sink.rowDescription(fields, body));
      }
      case BackendTag.CommandComplete: {
        const tag = this.#tags.tagOf(frame);
        if (exchange.kind === 'simple') exchange.columnCount = undefined;
        try {
          return promised(exchange.sink.commandComplete(tag));
        } catch (error) {
          dropAnswer(exchange, error);
          return undefined;
        }
      }
      case BackendTag.EmptyQueryResponse:
        return this.#deliver(exchange, (sink) => sink.emptyQueryResponse());
      case BackendTag.PortalSuspended:
        return this.#deliver(exchange, (sink) => sink.portalSuspended?.());
      case BackendTag.NoData:
        exchange.columnCount = 0;
        return this.#deliver(exchange, (sink) => sink.noData?.());
      case BackendTag.ParameterDescription: {
        const { parameterTypes } = decodeParameterDescription(frame);
        return this.#deliver(exchange, (sink) => sink.parameterDescription?.(parameterTypes));
      }
      case BackendTag.CopyDone:
        if (exchange.copy === 'unhandled') return undefined;
        return this.#deliver(exchange, (sink) => sink.copyDone?.());
      case BackendTag.CopyInResponse:
      case BackendTag.CopyOutResponse:
      case BackendTag.CopyBothResponse:
        return this.#beginCopy(exchange, frame);
      default:
        return undefined;
    }
  }

  #beginCopy(exchange: Exchange, frame: Frame): Promise<void> | undefined {
    const { type, direction } = COPY_RESPONSES[frame.tag] ?? COPY_OUT;
    const { format, columnFormats } = decodeCopyResponse(frame, type);
    exchange.copy = 'unhandled';
    return this.#deliver(exchange, (sink) => {
      exchange.copy = sink.copyResponse(direction, format, columnFormats) === 'handled' ? 'handled' : 'unhandled';
    });
  }

  /** Nobody takes part in the copy that just began: end it, so that the dialogue cannot hang. */
  #refuseCopy(tag: number): void {
    if (tag === BackendTag.CopyInResponse) this.copyFail(REFUSED_COPY);
    if (tag === BackendTag.CopyBothResponse) this.copyDone();
  }

  #takeError(frame: Frame, move: Move): void {
    const error = new ServerError(readMessageFields(decodeErrorResponse(frame).fields));
    if (error.severity === 'FATAL' || error.severity === 'PANIC') this.#events.fatal(error);
    const exchange = this.#queue.first;
    if (exchange === undefined) return;
    if (exchange.outcome.kind === 'completed') {
      exchange.outcome = { kind: 'failed', error, step: exchange.steps[exchange.at] };
    }
    void this.#deliver(exchange, (sink) => sink.errorResponse(error));
    if (move === 'skip') this.#skip(error);
    else this.#phase = move as Phase;
  }

  /** The server ignores everything up to the next Sync; what was asked in between ends unexecuted. */
  #skip(cause: ServerError | undefined): void {
    for (let exchange = this.#queue.first; exchange !== undefined; exchange = this.#queue.first) {
      const sync = exchange.steps.indexOf('sync', exchange.at);
      if (exchange.at === 0 && sync !== 0 && exchange.outcome.kind === 'completed') this.#markSkipped(exchange, cause);
      if (sync >= 0) {
        exchange.at = sync;
        this.#phase = 'sync';
        return;
      }
      this.#queue.shift();
      this.#end(exchange);
    }
    this.#phase = 'aborted';
    this.#abortedBy = cause;
  }

  #markSkipped(exchange: Exchange, cause: ServerError | undefined): void {
    exchange.outcome = { kind: 'skipped', cause };
    void this.#deliver(exchange, (sink) => sink.skipped?.(cause));
  }

  /** The step at the head is answered. */
  #next(exchange: Exchange): void {
    exchange.at += 1;
    if (exchange.at < exchange.steps.length) {
      this.#phase = this.#firstPhase();
      return;
    }
    this.#queue.shift();
    this.#phase = this.#firstPhase();
    this.#end(exchange);
  }

  #end(exchange: Exchange): void {
    this.#events.answered();
    exchange.asker.ended(exchange.outcome);
  }

  #firstPhase(): Phase {
    const exchange = this.#queue.first;
    const step = exchange?.steps[exchange.at];
    return step === undefined ? 'idle' : FIRST_PHASE[step];
  }

  #head(): Exchange {
    const exchange = this.#queue.first;
    if (exchange === undefined) throw new RemoteProtocolError('unexpected-message', 'nothing was asked');
    return exchange;
  }

  #moveFor(frame: Frame): Move {
    const move = TRANSITIONS[this.#phase][frame.tag];
    if (move !== undefined) return move;
    throw violation(this.#phase, frame.tag);
  }

  /** Calls the sink; what it throws ends the delivery, not the connection. */
  #deliver(exchange: Exchange, call: (sink: ResultSink) => unknown): Promise<void> | undefined {
    try {
      return promised(call(exchange.sink));
    } catch (error) {
      dropAnswer(exchange, error);
      return undefined;
    }
  }
}

interface CopyKind {
  readonly type: CopyResponse['type'];
  readonly direction: CopyDirection;
}

const COPY_OUT: CopyKind = { type: 'CopyOutResponse', direction: 'out' };
const COPY_RESPONSES: Readonly<Partial<Record<number, CopyKind>>> = {
  [BackendTag.CopyInResponse]: { type: 'CopyInResponse', direction: 'in' },
  [BackendTag.CopyOutResponse]: COPY_OUT,
  [BackendTag.CopyBothResponse]: { type: 'CopyBothResponse', direction: 'both' },
};

function violation(phase: Phase, tag: number): RemoteProtocolError {
  const name = backendMessageName(tag);
  const text =
    tag === BackendTag.DataRow && phase.startsWith('simple')
      ? 'server sent data ("D" message) without prior row description ("T" message)'
      : `unexpected response from server; first received character was "${String.fromCharCode(tag)}"`;
  return new RemoteProtocolError('unexpected-message', text, name);
}
