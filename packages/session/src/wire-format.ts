import { type ConformingStrings, classifyStatement, statementShape } from '@pg-dblink/sql';
import type { RemoteConnection, RemoteField } from './connection.ts';
import type { FormatDecision } from './described.ts';
import { RecentMap } from './recent-map.ts';

/**
 * Which columns may come in binary format without anyone noticing. Text is the contract: what dblink returns is what the
 * type's input function makes of the remote text. Binary is asked for only where it is shown by test to give the same
 * value, and for results that are worth it. A statement whose row description is known from its last run is asked for in
 * binary at once; an unknown one is described first, unless one of its shape gave but a few rows.
 */

/** Equal whatever the settings of either side; with a type modifier the receive function does what the input function does. */
const ALWAYS = new Set([16, 17, 20, 21, 23, 25, 26, 1043, 1700, 2950]);
/** Equal without a type modifier: date, time, timestamp, timestamptz; their text must be ISO. */
const WITH_ISO_DATES = new Set([1082, 1083, 1114, 1184]);
/** text and varchar: the bytes of both formats are the same. */
const SAME_BYTES = new Set([25, 1043]);
/** interval; its text must be PostgreSQL's own. */
const INTERVAL = 1186;
/** float4 and float8: text is exact only with extra_float_digits above zero, which no server reports. */
const FLOATS = new Set([700, 701]);
const EXACT_FLOATS_GUARD = "SELECT 1 / (pg_catalog.current_setting('extra_float_digits')::int > 0)::int";
const EXACT_FLOATS_SINCE = 12;

/** Fewer rows than this are not worth another protocol, unless they are so long. */
const WORTHWHILE_ROWS = 64;
const WORTHWHILE_BYTES = 1024 * 1024;
const REMEMBERED_STATEMENTS = 128;
const LONGEST_REMEMBERED = 16 * 1024;
/** A FETCH of so many rows is worth the round trip that a description takes. */
const WORTH_DESCRIBING_ROWS = 1000;
/** One name and nothing after it: whatever else a cursor's name may hide goes as a simple query. */
const ONE_NAME = /^(?:[A-Za-z_][\w$]*|"[^"]+")$/;

/** One column of the caller's list. */
export interface DeclaredColumn {
  readonly typeOid: number;
  readonly typeModifier: number;
}

/** The cursor that the last command of the connection fetched from. */
interface FetchedCursor {
  readonly cursor: string;
  readonly typeOids: readonly number[];
}

/** How much a statement gave. */
export interface ResultSize {
  readonly rowCount: number;
  readonly byteLength: number;
}

interface Remembered {
  readonly typeOids: readonly number[];
  readonly size: ResultSize;
}

const isWorthwhile = ({ rowCount, byteLength }: ResultSize): boolean =>
  rowCount >= WORTHWHILE_ROWS || byteLength >= WORTHWHILE_BYTES;

/** How a statement is to be sent. */
export type Approach =
  | { readonly kind: 'simple' }
  /** In these formats, if the guard succeeds that they need. */
  | { readonly kind: 'formats'; readonly formats: readonly (0 | 1)[]; readonly guard: string | undefined }
  | ({ readonly kind: 'describe first' } & FormatDecision);

const SIMPLE: Approach = { kind: 'simple' };

/** What is known of the statements that ran on one connection. */
export class StatementMemory {
  readonly #statements = new RecentMap<Remembered>(REMEMBERED_STATEMENTS);
  /** Shapes of statements that were not worth a description: they come with other literals each time. */
  readonly #smallShapes = new RecentMap<true>(REMEMBERED_STATEMENTS);
  #floats: 'guarded' | 'as text' = 'guarded';
  #fetched: FetchedCursor | undefined;

  /** A guard has failed: on this connection floats are rounded as text. */
  distrustFloats(): void {
    this.#floats = 'as text';
  }

  remember(sql: string, fields: readonly RemoteField[], size: ResultSize, connection: RemoteConnection): void {
    if (sql.length > LONGEST_REMEMBERED) return;
    if (this.#statements.get(sql) === undefined) {
      const shape = statementShape(sql, conformingStrings(connection));
      if (isWorthwhile(size)) this.#smallShapes.delete(shape);
      else this.#smallShapes.set(shape, true);
    }
    this.#statements.set(sql, { typeOids: fields.map(({ typeOid }) => typeOid), size });
  }

  forget(sql: string): void {
    this.#statements.delete(sql);
  }

  /** Until another command begins, the cursor's rows stay what they are. */
  rememberCursor(cursor: string, fields: readonly RemoteField[]): void {
    this.#fetched = { cursor, typeOids: fields.map(({ typeOid }) => typeOid) };
  }

  /** Another command begins: it may declare the cursor anew. */
  forgetCursor(): void {
    this.#fetched = undefined;
  }

  /** The same for a FETCH, whose rows are those of its cursor. */
  chooseForFetch(
    cursor: string,
    howMany: number,
    declared: readonly DeclaredColumn[],
    connection: RemoteConnection,
  ): Approach {
    const status = connection.transactionStatus;
    const isPlain = ONE_NAME.test(cursor) && howMany >= WORTHWHILE_ROWS && (status === 'I' || status === 'T');
    if (!isPlain || !this.#mayGain(declared, connection)) return SIMPLE;
    const hasFloats = declared.some((column) => this.#isExactFloat(column, connection));
    if (this.#fetched?.cursor === cursor && !hasFloats) {
      const { typeOids } = this.#fetched;
      const formats = typeOids.length === declared.length ? this.#formatsFor(typeOids, declared, connection) : [];
      return formats.includes(1) ? { kind: 'formats', formats, guard: undefined } : SIMPLE;
    }
    return howMany >= WORTH_DESCRIBING_ROWS ? this.#describeFirst(declared, connection) : SIMPLE;
  }

  /** The fastest way that nobody notices. */
  choose(sql: string, declared: readonly DeclaredColumn[], connection: RemoteConnection): Approach {
    const status = connection.transactionStatus;
    if (declared.length === 0 || (status !== 'I' && status !== 'T')) return SIMPLE;
    const known = this.#statements.get(sql);
    if (known === undefined) return this.#chooseForUnknown(sql, declared, connection);
    if (!isWorthwhile(known.size) || known.typeOids.length !== declared.length) return SIMPLE;
    const formats = this.#formatsFor(known.typeOids, declared, connection);
    if (!formats.includes(1) || !isPlainQuery(sql, connection)) return SIMPLE;
    // In an open transaction a statement that is refused for its formats would end the transaction.
    if (status === 'T') return this.#describeFirst(declared, connection);
    const hasFloats = declared.some(({ typeOid }, at) => formats[at] === 1 && FLOATS.has(typeOid));
    return { kind: 'formats', formats, guard: hasFloats ? EXACT_FLOATS_GUARD : undefined };
  }

  #chooseForUnknown(sql: string, declared: readonly DeclaredColumn[], connection: RemoteConnection): Approach {
    if (sql.length > LONGEST_REMEMBERED) return SIMPLE;
    if (
      !this.#mayGain(declared, connection) ||
      this.#smallShapes.get(statementShape(sql, conformingStrings(connection))) === true
    )
      return SIMPLE;
    return isPlainQuery(sql, connection) ? this.#describeFirst(declared, connection) : SIMPLE;
  }

  #mayGain(declared: readonly DeclaredColumn[], connection: RemoteConnection): boolean {
    return declared.some(
      (column) => !SAME_BYTES.has(column.typeOid) && this.#isSafe(column, column.typeOid, connection),
    );
  }

  #isExactFloat(column: DeclaredColumn, connection: RemoteConnection): boolean {
    return FLOATS.has(column.typeOid) && this.#isSafe(column, column.typeOid, connection);
  }

  #describeFirst(declared: readonly DeclaredColumn[], connection: RemoteConnection): Approach {
    if (connection.pipeline === undefined) return SIMPLE;
    return {
      kind: 'describe first',
      asksForFloats: declared.some((column) => this.#isExactFloat(column, connection)),
      formatsFor: (fields, hasExactFloats) => {
        if (fields.length !== declared.length) return [];
        const typeOids = fields.map(({ typeOid }) => typeOid);
        const formats = this.#formatsFor(typeOids, declared, connection);
        return formats.map((format, at) => (hasExactFloats || !FLOATS.has(typeOids[at] ?? 0) ? format : 0));
      },
    };
  }

  #formatsFor(
    typeOids: readonly number[],
    declared: readonly DeclaredColumn[],
    connection: RemoteConnection,
  ): readonly (0 | 1)[] {
    return declared.map((column, at) => (this.#isSafe(column, typeOids[at], connection) ? 1 : 0));
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

function isPlainQuery(sql: string, connection: RemoteConnection): boolean {
  return classifyStatement(sql, conformingStrings(connection)).kind === 'query';
}

function conformingStrings({ serverParameters }: RemoteConnection): ConformingStrings {
  return serverParameters.get('standard_conforming_strings') === 'off' ? 'off' : 'on';
}
