/* Reads what a server answers to simple queries; by its own code, as a check on the codec that is tested with it. */

/** Fields of an ErrorResponse or NoticeResponse that tests compare; a field the server did not send is undefined. */
export interface ServerMessage {
  readonly severity: string;
  readonly sqlState: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly context?: string;
  readonly position?: string;
}

/** What one statement of a simple query gave: its rows as text (NULL is null) and its command tag. */
export interface StatementResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly tag: string;
}

/** Everything that came back for one simple query, in the order of arrival within each list. */
export interface SqlOutcome {
  readonly results: readonly StatementResult[];
  readonly notices: readonly ServerMessage[];
  readonly error: ServerMessage | undefined;
}

const fieldNames: Readonly<Record<string, keyof ServerMessage>> = {
  V: 'severity',
  C: 'sqlState',
  M: 'message',
  D: 'detail',
  H: 'hint',
  W: 'context',
  P: 'position',
};

/** One line for an error or notice, for messages of the tests' own errors. */
export function describe(message: ServerMessage): string {
  return [`${message.severity} ${message.sqlState} ${message.message}`, message.detail, message.hint]
    .filter((part) => part !== undefined)
    .join('\n');
}

/** A message as it came: its tag and its body. */
export interface BackendMessage {
  readonly type: string;
  readonly body: Buffer;
}

/** Gathers messages up to ReadyForQuery, or to a fatal error. */
export interface OutcomeCollector {
  /** Takes one message; true when the outcome is complete. */
  take(message: BackendMessage): boolean;
  outcome(): SqlOutcome;
}

/** Starts an empty outcome. */
export function collectOutcome(): OutcomeCollector {
  const results: StatementResult[] = [];
  const notices: ServerMessage[] = [];
  let error: ServerMessage | undefined;
  let columns: string[] = [];
  let rows: (string | null)[][] = [];
  const take = ({ type, body }: BackendMessage): boolean => {
    if (type === 'T') columns = readColumns(body);
    else if (type === 'D') rows.push(readRow(body));
    else if (type === 'C' || type === 'I') {
      results.push({ columns, rows, tag: type === 'C' ? body.toString('utf8', 0, body.length - 1) : '' });
      columns = [];
      rows = [];
    } else if (type === 'N') notices.push(readFields(body));
    else if (type === 'E') error = readFields(body);
    return type === 'Z' || (type === 'E' && error?.severity === 'FATAL');
  };
  return { take, outcome: () => ({ results, notices, error }) };
}

/**
 * Reads a whole answer that is already there, as an embedded engine gives it.
 *
 * @throws Error when the bytes end before the answer does.
 */
export function readOutcome(bytes: Uint8Array): SqlOutcome {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const collector = collectOutcome();
  for (let at = 0; at + 5 <= buffer.length; ) {
    const end = at + 1 + buffer.readInt32BE(at + 1);
    if (end > buffer.length) break;
    if (collector.take({ type: buffer.toString('latin1', at, at + 1), body: buffer.subarray(at + 5, end) }))
      return collector.outcome();
    at = end;
  }
  throw new Error(`an answer of ${bytes.length} bytes has no end`);
}

function readColumns(body: Buffer): string[] {
  const columns: string[] = [];
  let at = 2;
  for (let index = 0; index < body.readInt16BE(0); index += 1) {
    const end = body.indexOf(0, at);
    columns.push(body.toString('utf8', at, end));
    at = end + 19;
  }
  return columns;
}

function readRow(body: Buffer): (string | null)[] {
  const row: (string | null)[] = [];
  let at = 2;
  for (let index = 0; index < body.readInt16BE(0); index += 1) {
    const length = body.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return row;
}

/** Reads the body of an ErrorResponse or NoticeResponse. */
export function readFields(body: Buffer): ServerMessage {
  const fields: Partial<Record<keyof ServerMessage, string>> = {};
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1);
    const name = fieldNames[String.fromCharCode(body.readUInt8(at))];
    if (name !== undefined) fields[name] = body.toString('utf8', at + 1, end);
    at = end + 1;
  }
  return { severity: '', sqlState: '', message: '', ...fields };
}
