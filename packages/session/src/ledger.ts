import type { RemoteConnection, RemoteTraffic } from './connection.ts';

/** What a connection was used for. */
export interface Totals {
  /** Statements that were run to an end, well or badly. */
  readonly statements: number;
  /** Those of them that failed. */
  readonly errors: number;
  /** Rows received, whether anyone wanted them or not. */
  readonly rows: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly roundTrips: number;
  readonly milliseconds: number;
}

const NOTHING: Totals = {
  statements: 0,
  errors: 0,
  rows: 0,
  bytesReceived: 0,
  bytesSent: 0,
  roundTrips: 0,
  milliseconds: 0,
};

const NO_TRAFFIC: RemoteTraffic = { bytesSent: 0, bytesReceived: 0, roundTrips: 0, busyMs: 0 };

/** What a session's temporary connections have moved, before there was any. */
export function noTotals(): Totals {
  return NOTHING;
}

/** Both together. */
export function plus(one: Totals, other: Totals): Totals {
  return combine(one, other, 1);
}

/** The ledger of one connection: counted by statement and by chunk of rows, never by row. */
export class Ledger {
  readonly #connection: RemoteConnection;
  #statements = 0;
  #errors = 0;
  #rows = 0;
  #reset: Totals = NOTHING;

  constructor(connection: RemoteConnection) {
    this.#connection = connection;
  }

  countStatement(how: 'complete' | 'failed'): void {
    this.#statements += 1;
    if (how === 'failed') this.#errors += 1;
  }

  countRows(count: number): void {
    this.#rows += count;
  }

  /** Since the last reset. */
  get totals(): Totals {
    return combine(this.#sinceOpened, this.#reset, -1);
  }

  reset(): void {
    this.#reset = this.#sinceOpened;
  }

  get #sinceOpened(): Totals {
    const { bytesReceived, bytesSent, roundTrips, busyMs } = this.#connection.traffic ?? NO_TRAFFIC;
    return {
      statements: this.#statements,
      errors: this.#errors,
      rows: this.#rows,
      bytesReceived,
      bytesSent,
      roundTrips,
      milliseconds: busyMs,
    };
  }
}

function combine(one: Totals, other: Totals, sign: 1 | -1): Totals {
  return {
    statements: one.statements + sign * other.statements,
    errors: one.errors + sign * other.errors,
    rows: one.rows + sign * other.rows,
    bytesReceived: one.bytesReceived + sign * other.bytesReceived,
    bytesSent: one.bytesSent + sign * other.bytesSent,
    roundTrips: one.roundTrips + sign * other.roundTrips,
    // No clock is that exact, and sums of floats only look so.
    milliseconds: Math.round((one.milliseconds + sign * other.milliseconds) * 1000) / 1000,
  };
}
