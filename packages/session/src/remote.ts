import { Command, type Failure, interruption, type Result, type RowPolicy } from './command.ts';
import type { RemoteConnection, RemoteNotification, RemoteSink } from './connection.ts';
import type { RemoteErrorFields } from './errors.ts';
import { Ledger } from './ledger.ts';
import { StatementMemory } from './wire-format.ts';

/** How long a remote server may take to answer a cancel request before its connection is given up. */
const CANCEL_ANSWER_MS = 5_000;

export interface RemoteEnvironment {
  /** libpq's text of an error message: severity, statement line, detail, hint, context. */
  formatMessage(error: RemoteErrorFields, sql: string): string;
  /** Resolves after so many milliseconds and keeps no process alive; without it the wait is not bounded. */
  delay: ((ms: number) => Promise<void>) | undefined;
  /** Told of each command that is being cancelled behind its caller's back, with its end. */
  cancelling?: ((settled: Promise<void>) => void) | undefined;
}

/**
 * How a statement gets to the server and its answer into the command; resolves when the server is ready for the next,
 * rejects when the connection is lost.
 */
export type Road = (command: Command) => Promise<void>;

/** What is to become of a command that its caller leaves. */
type Leaving = 'cancel' | 'read to the end';

type State =
  | { readonly kind: 'idle' }
  /** The end of a connection that died under its command may have been read before the command's last results are. */
  | { readonly kind: 'active'; readonly command: Command; readonly end: 'unread' | 'read' }
  /** An interrupted command is being cancelled or read to its end. */
  | { readonly kind: 'settling'; readonly settled: Promise<void>; readonly how: Leaving }
  /** Known to be dead; the text answers every later use. */
  | { readonly kind: 'lost'; readonly text: string };

const IDLE: State = { kind: 'idle' };
const LOST = { kind: 'lost', text: 'no connection to the server' } as const;

/** What went wrong last on a connection. */
export interface LastError {
  readonly sqlState: string;
  readonly message: string;
}

/** How a connection died: what the server said last, and what libpq says of it. */
interface Death {
  readonly fatal: RemoteErrorFields | undefined;
  readonly fatalText: string;
  readonly text: string;
}

function neverMind(): void {}

const always = (): boolean => true;

/**
 * One dblink connection as libpq's PGconn shows it: which command is under way, what its results are, the error text
 * buffer, and a death that is noticed only at the next use.
 */
export class Remote {
  readonly connection: RemoteConnection;
  readonly statements: StatementMemory = new StatementMemory();
  readonly ledger: Ledger;
  readonly #environment: RemoteEnvironment;
  #state: State = IDLE;
  /** Where the connection stands once the command under way is read to its end. */
  #afterwards: State = IDLE;
  /** PQerrorMessage: grows until the next command starts. */
  #errorText = '';
  /** A death while idle, as far as it has been read. */
  #death: Death | undefined;
  #isTaken = always;
  readonly #noted = new WeakSet<Failure>();
  #lastError: LastError | undefined;

  constructor(connection: RemoteConnection, environment: RemoteEnvironment) {
    this.connection = connection;
    this.ledger = new Ledger(connection);
    this.#environment = environment;
  }

  /** The error text buffer without its trailing newline. */
  get errorText(): string {
    return this.#errorText.replace(/\n$/, '');
  }

  /** Whether it can be used; a death that nobody has noticed counts. */
  get state(): 'idle' | 'active' | 'lost' {
    if (this.#isKnownDead || this.connection.phase === 'closed') return 'lost';
    return this.#state.kind === 'idle' ? 'idle' : 'active';
  }

  /** The last error that was read from it. */
  get lastError(): LastError | undefined {
    return this.#lastError;
  }

  /** PQtransactionStatus. */
  get transactionStatus(): 'idle' | 'active' | 'in transaction' | 'in error' | 'unknown' {
    if (this.#isKnownDead) return 'unknown';
    if (this.#state.kind !== 'idle') return 'active';
    const status = this.connection.transactionStatus;
    if (status === 'T') return 'in transaction';
    if (status === 'E') return 'in error';
    // A death that nobody has noticed looks as idle as the connection was.
    return status === 'I' || this.connection.phase === 'closed' ? 'idle' : 'unknown';
  }

  /** PQconsumeInput, then PQisBusy: PQgetResult would have to wait. */
  async isBusy(): Promise<boolean> {
    await this.#consumeInput();
    this.#parseInput();
    if (this.#state.kind === 'settling') return true;
    return this.#state.kind === 'active' && this.#state.end === 'unread' && !this.#state.command.isReady;
  }

  /** PQconsumeInput, then PQnotifies until there is none. */
  async takeNotifications(): Promise<readonly RemoteNotification[]> {
    await this.#consumeInput();
    this.#parseInput();
    return this.connection.takeNotifications();
  }

  /**
   * PQsendQuery; a road leads other ways than by the simple query protocol. Refused, with the reason in the error text
   * buffer, when a command is under way or the connection is known to be dead.
   */
  begin(sql: string, policy: RowPolicy, road?: Road): Command | undefined {
    switch (this.#state.kind) {
      case 'active':
      case 'settling':
        if (this.#isKnownDead) {
          this.#errorText = `${LOST.text}\n`;
          return undefined;
        }
        this.#errorText += 'another command is already in progress\n';
        return undefined;
      case 'lost':
        this.#errorText = `${this.#state.text}\n`;
        return undefined;
      case 'idle':
        if (this.#isTaken()) return this.#start(sql, policy, road);
        this.#errorText += 'another command is already in progress\n';
        return undefined;
    }
  }

  /** The rows of the last command are still being put to use: until then it counts as running. */
  holdUntil(isTaken: () => boolean): void {
    this.#isTaken = isTaken;
  }

  /** PQgetResult: the next result of the command under way; undefined after the last, which makes it idle again. */
  async nextResult(signal: AbortSignal | undefined): Promise<Result | undefined> {
    const state = this.#state;
    if (state.kind === 'settling') await this.settle(signal);
    if (state.kind !== 'active') return undefined;
    const result = await state.command.next(signal);
    if (result?.kind === 'error' || result?.kind === 'lost') this.note(result);
    const isOver = result === undefined || result.kind === 'lost';
    if (isOver && this.command === state.command) this.#state = this.#afterwards;
    return result;
  }

  /** PQgetResult to the end of a command that has just begun: its last result. A copy ends libpq's loop, and stays the last. */
  lastResult(command: Command, signal: AbortSignal | undefined): Promise<Result | undefined> {
    let last: Result | undefined;
    const isOver = (): void => {
      if (this.command === command) this.#state = this.#afterwards;
    };
    const take = (result: Result): void => {
      if (result.kind === 'error' || result.kind === 'lost') this.note(result);
      if (result.kind === 'lost') isOver();
      if (last?.kind !== 'copy') last = result;
    };
    const end = (): Result | undefined => {
      isOver();
      return last;
    };
    return command.drain(take, end, signal);
  }

  /** Puts the text of a failure that has been read into the error buffer, once. */
  note(failure: Failure | undefined): void {
    if (failure === undefined || this.#noted.has(failure)) return;
    this.#noted.add(failure);
    this.#lastError =
      failure.kind === 'error'
        ? { sqlState: failure.error.sqlState, message: failure.error.message }
        : { sqlState: '08006', message: failure.text.trimEnd() };
    if (failure.kind === 'error' || !this.#isKnownDead) this.#errorText += failure.text;
    if (failure.kind === 'lost') this.#errorText += failure.wait;
  }

  /** The command of which {@link nextResult} speaks. */
  get command(): Command | undefined {
    return this.#state.kind === 'active' ? this.#state.command : undefined;
  }

  /** Waits for a command that an interrupted call left behind; undefined when there is none. */
  settle(signal: AbortSignal | undefined): Promise<void> | undefined {
    return this.#state.kind === 'settling' ? this.#untilIdle(signal) : undefined;
  }

  /**
   * Leaves the command under way to itself: its results are read and dropped, after a cancel request if the caller
   * wants it stopped.
   */
  leave(how: Leaving): void {
    if (this.#state.kind !== 'active') return;
    const { command } = this.#state;
    command.abandon();
    if (command.isReady) {
      this.#state = this.#afterwards;
      return;
    }
    const ended = command.next(undefined).then(neverMind);
    const settled = how === 'cancel' ? this.#cancelAndWait(ended) : ended;
    if (how === 'cancel') this.#environment.cancelling?.(settled);
    const state: State = { kind: 'settling', settled, how };
    this.#state = state;
    settled.then(() => {
      if (this.#state === state) this.#state = this.#afterwards;
    }, neverMind);
  }

  /** PQcancel: `OK`, or why not. */
  async cancel(): Promise<string> {
    if (this.#isKnownDead) return 'connection not open';
    // The request goes over a connection of its own: a death that nobody has noticed does not hinder it.
    if (this.connection.phase === 'closed') return 'OK';
    try {
      await this.connection.cancel();
      return 'OK';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Closes once nothing is under way any more, so that what runs remotely is not cut off. */
  closeWhenSettled(): void {
    if (this.#state.kind === 'settling') this.#state.settled.then(() => this.close(), neverMind);
    else this.close();
  }

  /** Closes without waiting for the server. */
  close(): void {
    this.#state = LOST;
    this.connection.close().catch(neverMind);
  }

  #start(sql: string, policy: RowPolicy, road?: Road): Command {
    this.#errorText = '';
    this.statements.forgetCursor();
    this.#isTaken = always;
    this.#afterwards = IDLE;
    const command = new Command(policy, {
      ledger: this.ledger,
      textOf: (error) => `${this.#environment.formatMessage(error, sql)}\n`,
      overrun: () => this.#give('lost synchronization with server: more results than anyone can keep'),
    });
    this.#state = { kind: 'active', command, end: 'unread' };
    if (this.#death !== undefined) {
      this.#lose(command, this.#death);
    } else {
      const answered = road?.(command) ?? this.connection.submit({ kind: 'simple', sql }, command);
      answered.then(
        () => command.finish(),
        (error: unknown) => this.#lose(command, deathOf(error)),
      );
    }
    return command;
  }

  async #untilIdle(signal: AbortSignal | undefined): Promise<void> {
    while (this.#state.kind === 'settling') await untilSettled(this.#state.settled, signal);
  }

  async #cancelAndWait(ended: Promise<void>): Promise<void> {
    this.connection.cancel().catch(neverMind);
    const { delay } = this.#environment;
    if (delay === undefined) return ended;
    const inTime = await Promise.race([ended.then(() => true), delay(CANCEL_ANSWER_MS).then(() => false)]);
    if (inTime) return;
    const seconds = CANCEL_ANSWER_MS / 1000;
    this.#give(`connection was closed because the server did not answer a cancel request within ${seconds} s`);
  }

  /** Closes the connection ourselves; later uses are told why. */
  #give(text: string): void {
    this.#afterwards = { kind: 'lost', text };
    this.#errorText += `${text}\n`;
    this.connection.close().catch(neverMind);
  }

  #lose(command: Command, death: Death): void {
    if (this.#afterwards.kind === 'idle') {
      // A call that was interrupted will not tell; the next one has to. One that refused its rows would have read it.
      const isUntold = this.#state.kind === 'settling' && this.#state.how === 'cancel';
      this.#afterwards = isUntold ? { kind: 'lost', text: death.text.trimEnd() } : LOST;
    }
    // libpq waits on the socket once more after it has closed it, and says so.
    const wait = death.text.startsWith('server closed') ? 'invalid socket\n' : '';
    const lost: Failure = { kind: 'lost', text: death.text, wait };
    // Words that came as an answer of this command are a result of it already.
    const isNews = death.fatal !== undefined && !command.hasFatal;
    command.lose(isNews ? { kind: 'error', error: death.fatal, text: death.fatalText } : undefined, lost);
  }

  /** The end of the file comes with the read after the one that brought the server's last words. */
  #readEnd(command: Command): void {
    const { nextFailure, loss } = command;
    const isNext = loss === nextFailure || (nextFailure !== undefined && this.#noted.has(nextFailure));
    if (loss === undefined || !isNext) return;
    this.#errorText += loss.text;
    this.#state = { kind: 'active', command, end: 'read' };
  }

  /** A command whose results have all been read ends where its ReadyForQuery is read, and that may be here. */
  #parseInput(): void {
    if (this.#state.kind !== 'active') return;
    const { command, end } = this.#state;
    if (command.isOver) this.#state = this.#afterwards;
    else if (end === 'unread') this.note(command.nextFailure);
  }

  get #isKnownDead(): boolean {
    return this.#state.kind === 'lost' || (this.#state.kind === 'active' && this.#state.end === 'read');
  }

  /** One read of what an idle death left in the socket: the server's last words first, then the end of file. */
  async #consumeInput(): Promise<void> {
    if (this.#isKnownDead) this.#errorText += 'connection not open\n';
    else if (this.#state.kind === 'active') this.#readEnd(this.#state.command);
    if (this.#state.kind !== 'idle' || this.connection.phase !== 'closed') return;
    if (this.#death === undefined) {
      const death = await this.connection.submit({ kind: 'simple', sql: '' }, NOWHERE).then(() => undefined, deathOf);
      if (death === undefined) return;
      this.#death = { ...death, fatal: undefined, fatalText: '' };
      // Words read while idle are a notice to libpq: nobody hears them.
      if (death.fatalText !== '') return;
    }
    this.#errorText += this.#death.text;
    this.#lastError = { sqlState: '08006', message: this.#death.text.trimEnd() };
    this.#state = LOST;
  }
}

const NOWHERE: RemoteSink = {
  rowDescription: neverMind,
  dataRows: neverMind,
  commandComplete: neverMind,
  emptyQueryResponse: neverMind,
  copyResponse: neverMind,
  errorResponse: neverMind,
};

function deathOf(error: unknown): Death {
  const message = error instanceof Error ? error.message : String(error);
  const at = Math.max(0, message.indexOf('server closed the connection unexpectedly'));
  return { fatal: fatalOf(error), fatalText: message.slice(0, at), text: `${message.slice(at)}\n` };
}

function fatalOf(error: unknown): RemoteErrorFields | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'sqlState' in cause && 'severity' in cause
    ? (cause as RemoteErrorFields)
    : undefined;
}

function untilSettled(settled: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return settled;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(interruption(signal));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    settled.then(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, reject);
  });
}
