import {
  type CallEnvironment,
  type ConnectionRow,
  DblinkError,
  type DblinkMessageFields,
  type GatherFailure,
  isDblinkError,
  type LedgerRow,
  type RowConsumer,
  type RowOutcome,
  RowsRefused,
  type Session,
  type Verbs,
} from '@pg-dblink/session';
import {
  type AbandonReason,
  type CallRequest,
  type CallResult,
  FRAME,
  type LocalAnswer,
  type ToWorker,
} from './frames.ts';
import { gatherInto } from './gather.ts';
import { Outbox, type OutboxHost } from './outbox.ts';
import { PayloadEncoder } from './payloads.ts';
import { RingWriter } from './ring.ts';

/** What a call leaves to the next one if it was not abandoned: to make it takes longer than all else of a short call. */
interface Desk {
  readonly abort: AbortController;
  readonly verbs: Verbs;
  /** Whose desk it is now. */
  call: RunningCall | undefined;
}

interface RunningCall {
  readonly outbox: Outbox;
  readonly desk: Desk;
  /** Resolves when the function has ended, well or badly. */
  ended: Promise<void>;
  /** Who waits for an answer of the engine's thread, in the order in which it was asked. */
  readonly answers: ((answer: LocalAnswer) => void)[];
  /** What has been asked, by the name of the foreign server. */
  readonly asked: Map<string, Promise<LocalAnswer>>;
}

/** What the responder needs of the thread that it runs in. */
export interface ResponderHost extends OutboxHost {
  readonly session: Session;
  /** Called when the first call begins and when the last one has ended: the heart beats in between. */
  busy(isBusy: boolean): void;
}

/** The asynchronous end of the bridge: runs each call on the session core and streams its answer into the ring. */
export class Responder {
  readonly #host: ResponderHost;
  readonly #rings: readonly RingWriter[];
  readonly #calls = new Map<number, RunningCall>();
  readonly #payloads = new PayloadEncoder();
  /** The last call of each channel and its outbox. */
  readonly #latestOf: number[] = [];
  readonly #latest = new Map<number, Outbox>();
  /** Nobody's for now. */
  #spareDesk: Desk | undefined;

  /** @param rings - one for each channel */
  constructor(host: ResponderHost, rings: readonly SharedArrayBuffer[]) {
    this.#host = host;
    this.#rings = rings.map((ring) => new RingWriter(ring));
  }

  receive(call: number, message: ToWorker): void {
    switch (message.kind) {
      case 'call':
        this.#start(call, message.channel, message.request);
        break;
      case 'answer':
        this.#calls.get(call)?.answers.shift()?.(message.answer);
        break;
      case 'abandon':
        this.#abandon(call, message.reason);
        break;
      case 'room':
        this.#rings[message.channel]?.wake();
        break;
    }
  }

  #start(id: number, channel: number, request: CallRequest): void {
    const ring = this.#rings[channel];
    if (ring === undefined) throw new Error(`no ring for channel ${channel}`);
    const call: RunningCall = {
      outbox: new Outbox(ring, id, this.#host, this.#payloads),
      desk: this.#spareDesk ?? makeDesk(this.#host.session),
      ended: NOT_YET,
      answers: [],
      asked: new Map(),
    };
    // What an abandoned call does about its connection comes before the next call on it.
    const left = this.#abandonedCalls();
    if (this.#calls.size === 0) this.#host.busy(true);
    this.#spareDesk = undefined;
    call.desk.call = call;
    this.#calls.set(id, call);
    this.#forgetOlder(channel);
    this.#latest.set(id, call.outbox);
    this.#latestOf[channel] = id;
    const result =
      left.length === 0
        ? dispatch(call, request)
        : Promise.all(left.map(({ ended }) => ended)).then(() => dispatch(call, request));
    call.ended = result.then(
      (value) => this.#finish(id, call, FRAME.result, value),
      (error: unknown) => this.#finish(id, call, FRAME.failed, fieldsOf(error)),
    );
  }

  #finish(id: number, call: RunningCall, kind: number, answer: CallResult | DblinkMessageFields): void {
    call.outbox.send(kind, answer);
    const end = (): void => this.#end(id, call);
    const flushing = call.outbox.flushed();
    if (flushing === undefined) end();
    else flushing.then(end, end);
  }

  /** The engine's thread has left a channel's earlier call when it begins another one there. */
  #forgetOlder(channel: number): void {
    const older = this.#latestOf[channel];
    if (older !== undefined) this.#latest.delete(older);
  }

  #end(id: number, { desk }: RunningCall): void {
    this.#calls.delete(id);
    desk.call = undefined;
    if (!desk.abort.signal.aborted) this.#spareDesk = desk;
    if (this.#calls.size === 0) this.#host.busy(false);
  }

  #abandon(id: number, reason: AbandonReason): void {
    const call = this.#calls.get(id);
    call?.desk.abort.abort(
      reason === 'refused'
        ? new RowsRefused()
        : new DblinkError({ sqlState: '57014', message: `canceling statement due to ${reason}` }),
    );
    // Also when the call has ended here: its rows may lie unread in the ring.
    this.#latest.get(id)?.abandon();
  }

  /** Resolves when every call that has been abandoned has ended: the remote server is being told by then. */
  async abandonedCallsEnded(): Promise<void> {
    await Promise.allSettled(this.#abandonedCalls().map(({ ended }) => ended));
  }

  #abandonedCalls(): readonly RunningCall[] {
    if (this.#calls.size === 0) return NONE;
    return [...this.#calls.values()].filter(({ desk }) => desk.abort.signal.aborted);
  }
}

const NONE: readonly RunningCall[] = [];
const NOT_YET: Promise<void> = Promise.resolve();

const set = (outcome: RowOutcome): CallResult => ({ kind: 'set', outcome });
const text = (value: string): CallResult => ({ kind: 'text', value });
const number = (value: number): CallResult => ({ kind: 'number', value });

async function dispatch(call: RunningCall, request: CallRequest): Promise<CallResult> {
  const { verbs, abort } = call.desk;
  const consumer = consumerOf(call);
  switch (request.verb) {
    case 'connect':
      return text(await verbs.connect(request.name, request.target));
    case 'disconnect':
      return text(await verbs.disconnect(request.name));
    case 'query':
      return set(await verbs.query(request.target, request.sql, request.failOnError, consumer, request.columns));
    case 'exec':
      return text(await verbs.exec(request.target, request.sql, request.failOnError));
    case 'open':
      return text(await verbs.open(request.name, request.cursor, request.sql, request.failOnError));
    case 'fetch':
      return set(
        await verbs.fetch(
          request.name,
          request.cursor,
          request.howMany,
          request.failOnError,
          consumer,
          request.columns,
        ),
      );
    case 'close':
      return text(await verbs.close(request.name, request.cursor, request.failOnError));
    case 'getConnections':
      return { kind: 'names', value: await verbs.getConnections() };
    case 'errorMessage':
      return text(await verbs.errorMessage(request.name));
    case 'sendQuery':
      return number(await verbs.sendQuery(request.name, request.sql));
    case 'isBusy':
      return number(await verbs.isBusy(request.name));
    case 'getResult':
      return set(await verbs.getResult(request.name, request.failOnError, consumer));
    case 'cancelQuery':
      return text(await verbs.cancelQuery(request.name));
    case 'getNotify':
      return { kind: 'notifications', value: await verbs.getNotify(request.name) };
    case 'gather': {
      await verbs.gather(request, gatherInto(call.outbox, abort.signal));
      return set({ kind: 'rows' });
    }
    case 'gatherErrors':
      return { kind: 'table', value: (await verbs.gatherErrors()).map(failureRow) };
    case 'connections':
      return { kind: 'table', value: (await verbs.connections()).map(connectionRow) };
    case 'reconnect':
      return text(await verbs.reconnect(request.name));
    case 'connectIfNotExists':
      return text(await verbs.connectIfNotExists(request.name, request.target));
    case 'describe': {
      const columns = await verbs.describe(request.target, request.sql);
      return { kind: 'table', value: columns.map(({ name, type }, at) => [String(at + 1), name, type]) };
    }
    case 'describeView':
      return { kind: 'view', request: await verbs.describeView(request.view, request.target, request.sql) };
    case 'explain':
      return { kind: 'table', value: (await verbs.explain(request.target, request)).map((line) => [line]) };
    case 'ledger':
      return { kind: 'table', value: (await verbs.ledger()).map(ledgerRow) };
    case 'resetLedger':
      await verbs.resetLedger();
      return text('OK');
    case 'queryParams':
      return set(await verbs.queryParams(request.target, request.statement, request.failOnError, consumer));
    case 'execParams':
      return text(await verbs.execParams(request.target, request.statement, request.failOnError));
    case 'sendQueryParams':
      return number(await verbs.sendQueryParams(request.name, request.statement));
  }
}

function makeDesk(session: Session): Desk {
  const abort = new AbortController();
  const environment = environmentOf(() => desk.call, abort.signal);
  const desk: Desk = { abort, verbs: session.verbs(environment), call: undefined };
  return desk;
}

/** Who makes a connection needs the local catalogs: the engine's thread is asked once for each name of a call. */
function environmentOf(callOf: () => RunningCall | undefined, signal: AbortSignal): CallEnvironment {
  const ask = (serverName: string): Promise<LocalAnswer> => {
    const call = callOf();
    if (call === undefined) throw new Error('a call that has ended asks nothing');
    const known = call.asked.get(serverName);
    if (known !== undefined) return known;
    const answer = new Promise<LocalAnswer>((resolve, reject) => {
      const stop = (): void => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      call.answers.push((given) => {
        signal.removeEventListener('abort', stop);
        resolve(given);
      });
      call.outbox.send(FRAME.ask, serverName);
    });
    call.asked.set(serverName, answer);
    return answer;
  };
  // What is the same for every name comes with the answer about any of them.
  const askAnything = (): Promise<LocalAnswer> => [...(callOf()?.asked.values() ?? [])][0] ?? ask('');
  return {
    signal,
    onNotice: (notice) => callOf()?.outbox.send(FRAME.notice, { ...plainFields(notice), level: notice.level }),
    local: {
      foreignServer: async (name) => (await ask(name)).server,
      isSuperuser: async () => (await askAnything()).isSuperuser,
      databaseEncoding: async () => (await askAnything()).databaseEncoding,
    },
  };
}

function consumerOf({ outbox, desk }: RunningCall): RowConsumer {
  const { signal } = desk.abort;
  return {
    rowSet: ({ fields, dateStyle, intervalStyle, timeZone }) => {
      signal.throwIfAborted();
      outbox.send(FRAME.rowSet, {
        typeOids: fields.map((field) => field.typeOid),
        formats: fields.map((field) => field.format),
        dateStyle,
        intervalStyle,
        timeZone,
      });
    },
    rows: (bytes, start, end) => {
      signal.throwIfAborted();
      return outbox.sendRows(bytes, start, end);
    },
    isTaken: () => outbox.rowsAreTaken,
  };
}

function connectionRow({ ageMs, ...row }: ConnectionRow): (string | null)[] {
  const age = ageMs === null ? null : `${ageMs / 1000} seconds`;
  const { connname, host, port, dbname, username, serverVersion, state, transactionStatus, openCursors } = row;
  const target = [connname, host, port === null ? null : String(port), dbname, username, serverVersion];
  return [...target, state, transactionStatus, String(openCursors), age, row.lastSqlState, row.lastError];
}

function failureRow({ source, sqlState, message, detail, hint, context }: GatherFailure): (string | null)[] {
  return [source, sqlState, message, detail ?? null, hint ?? null, context ?? null];
}

function ledgerRow(row: LedgerRow): (string | null)[] {
  const { statements, errors, rows, bytesReceived, bytesSent, roundTrips, milliseconds } = row;
  const counts = [statements, errors, rows, bytesReceived, bytesSent, roundTrips, milliseconds];
  return [row.connection ?? null, row.kind, ...counts.map(String)];
}

function plainFields({ sqlState, message, detail, hint, advice, context }: DblinkMessageFields): DblinkMessageFields {
  return { sqlState, message, detail, hint, advice, context };
}

/** Anything else than a DblinkError is a fault of ours: the statement fails, the worker lives on. */
function fieldsOf(error: unknown): DblinkMessageFields {
  if (isDblinkError(error)) return plainFields(error);
  return { sqlState: 'XX000', message: error instanceof Error ? error.message : String(error) };
}
