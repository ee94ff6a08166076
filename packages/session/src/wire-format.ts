import { classifyStatement } from '@pg-dblink/sql';
import type { RemoteConnection, RemoteField } from './connection.ts';

/**
 * Which columns may come in binary format without anyone noticing. Text is the contract: what dblink returns is what the
 * type's input function makes of the remote text. Binary is asked for only where it is shown by test to give the same
 * value, for a statement whose row description is known from its last run, and for results that are worth it.
 */

/** Equal whatever the settings of either side; with a type modifier the receive function does what the input function does. */
const ALWAYS = new Set([16, 17, 20, 21, 23, 25, 26, 1043, 1700, 2950]);
/** Equal without a type modifier: date, time, timestamp, timestamptz; their text must be ISO. */
const WITH_ISO_DATES = new Set([1082, 1083, 1114, 1184]);
/** interval; its text must be PostgreSQL's own. */
const INTERVAL = 1186;
/** float4 and float8: text is exact only with extra_float_digits above zero, which no server reports. */
const FLOATS = new Set([700, 701]);
const EXACT_FLOATS_GUARD = "SELECT 1 / (pg_catalog.current_setting('extra_float_digits')::int > 0)::int";
const EXACT_FLOATS_SINCE = 12;

/** Fewer rows than this are not worth another protocol. */
const WORTHWHILE_ROWS = 64;
const REMEMBERED_STATEMENTS = 128;
const LONGEST_REMEMBERED = 16 * 1024;

/** One column of the caller's list. */
export interface DeclaredColumn {
  readonly typeOid: number;
  readonly typeModifier: number;
}

interface Remembered {
  readonly typeOids: readonly number[];
  readonly rowCount: number;
}

/** The formats in which to ask for a statement's columns, and the statement that has to succeed for them to be right. */
export interface FormatChoice {
  readonly formats: readonly (0 | 1)[];
  readonly guard: string | undefined;
}

/** What is known of the statements that ran on one connection. */
export class StatementMemory {
  readonly #statements = new Map<string, Remembered>();
  #floats: 'guarded' | 'as text' = 'guarded';

  /** A guard has failed: on this connection floats are rounded as text. */
  distrustFloats(): void {
    this.#floats = 'as text';
  }

  remember(sql: string, fields: readonly RemoteField[], rowCount: number): void {
    if (sql.length > LONGEST_REMEMBERED) return;
    this.#statements.delete(sql);
    this.#statements.set(sql, { typeOids: fields.map(({ typeOid }) => typeOid), rowCount });
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > REMEMBERED_STATEMENTS && oldest !== undefined) this.#statements.delete(oldest);
  }

  forget(sql: string): void {
    this.#statements.delete(sql);
  }

  /** A format for each column, when binary pays; undefined for a simple query. */
  choose(sql: string, declared: readonly DeclaredColumn[], connection: RemoteConnection): FormatChoice | undefined {
    const known = this.#statements.get(sql);
    if (known === undefined || known.rowCount < WORTHWHILE_ROWS || known.typeOids.length !== declared.length) return;
    // In an open transaction a statement that is refused for its formats would end the transaction.
    if (connection.transactionStatus !== 'I') return;
    const formats = declared.map((column, at) => (this.#isSafe(column, known.typeOids[at], connection) ? 1 : 0));
    if (!formats.includes(1)) return;
    const conforming = connection.serverParameters.get('standard_conforming_strings') === 'off' ? 'off' : 'on';
    if (classifyStatement(sql, conforming).kind !== 'query') return;
    const hasFloats = declared.some(({ typeOid }, at) => formats[at] === 1 && FLOATS.has(typeOid));
    return { formats, guard: hasFloats ? EXACT_FLOATS_GUARD : undefined };
  }

  #isSafe(column: DeclaredColumn, remoteType: number | undefined, connection: RemoteConnection): boolean {
    const { serverParameters } = connection;
    const { typeOid, typeModifier } = column;
    if (typeOid !== remoteType) return false;
    if (ALWAYS.has(typeOid)) return true;
    if (FLOATS.has(typeOid)) {
      const major = Number.parseInt(serverParameters.get('server_version') ?? '0', 10);
      return this.#floats === 'guarded' && connection.pipeline !== undefined && major >= EXACT_FLOATS_SINCE;
    }
    if (typeModifier >= 0) return false;
    if (WITH_ISO_DATES.has(typeOid)) return serverParameters.get('DateStyle')?.startsWith('ISO') === true;
    return typeOid === INTERVAL && serverParameters.get('IntervalStyle') === 'postgres';
  }
}
