import type { ErrorFields } from '@pg-dblink/protocol';
import { ClientError } from './errors.ts';

/** The fields of an ErrorResponse or NoticeResponse, by their meaning (manual: "Error and Notice Message Fields"). */
export interface ServerMessageFields {
  /** Severity in the server's language, as messages show it. */
  readonly severityLocalized: string;
  /** ERROR, FATAL, PANIC, WARNING, NOTICE, DEBUG, INFO or LOG. */
  readonly severity: string;
  /** Five characters; empty when the server sent none. */
  readonly sqlState: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** 1-based, counted in characters of the query. */
  readonly position: number | undefined;
  readonly internalPosition: number | undefined;
  readonly internalQuery: string | undefined;
  readonly context: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly dataType: string | undefined;
  readonly constraint: string | undefined;
  readonly file: string | undefined;
  readonly line: string | undefined;
  readonly routine: string | undefined;
}

/** A NoticeResponse: information that needs no answer. */
export interface ServerNotice extends ServerMessageFields {}

/** A NotificationResponse: what NOTIFY sent to a channel that this session listens to. */
export interface ServerNotification {
  /** Process id of the session that notified. */
  readonly pid: number;
  readonly channel: string;
  readonly payload: string;
}

function positionOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * Completes the fields that the server sent: absent ones are undefined, positions are numbers.
 *
 * @example
 * ```ts
 * readMessageFields({ severity: 'FEHLER', severityNonlocalized: 'ERROR', message: 'x', position: '8' }).position; // 8
 * ```
 */
export function readMessageFields(fields: ErrorFields): ServerMessageFields {
  const localized = fields.severity ?? fields.severityNonlocalized ?? '';
  return {
    severityLocalized: localized,
    severity: fields.severityNonlocalized ?? localized,
    sqlState: fields.sqlState ?? '',
    message: fields.message ?? '',
    detail: fields.detail,
    hint: fields.hint,
    position: positionOf(fields.position),
    internalPosition: positionOf(fields.internalPosition),
    internalQuery: fields.internalQuery,
    context: fields.context,
    schema: fields.schemaName,
    table: fields.tableName,
    column: fields.columnName,
    dataType: fields.dataTypeName,
    constraint: fields.constraintName,
    file: fields.sourceFile,
    line: fields.sourceLine,
    routine: fields.sourceFunction,
  };
}

/**
 * An ErrorResponse of the server, with every field that it sent.
 *
 * @example
 * ```ts
 * await connection.query('select 1/0').catch((error) => isServerError(error) && error.sqlState === '22012');
 * ```
 */
export class ServerError extends ClientError implements ServerMessageFields {
  readonly code = 'SERVER_ERROR';
  readonly severityLocalized: string;
  readonly severity: string;
  readonly sqlState: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly position: number | undefined;
  readonly internalPosition: number | undefined;
  readonly internalQuery: string | undefined;
  readonly context: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly dataType: string | undefined;
  readonly constraint: string | undefined;
  readonly file: string | undefined;
  readonly line: string | undefined;
  readonly routine: string | undefined;

  constructor(fields: ServerMessageFields) {
    super('ServerError', fields.message);
    this.severityLocalized = fields.severityLocalized;
    this.severity = fields.severity;
    this.sqlState = fields.sqlState;
    this.detail = fields.detail;
    this.hint = fields.hint;
    this.position = fields.position;
    this.internalPosition = fields.internalPosition;
    this.internalQuery = fields.internalQuery;
    this.context = fields.context;
    this.schema = fields.schema;
    this.table = fields.table;
    this.column = fields.column;
    this.dataType = fields.dataType;
    this.constraint = fields.constraint;
    this.file = fields.file;
    this.line = fields.line;
    this.routine = fields.routine;
  }
}
