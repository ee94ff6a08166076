import { formatLibpqMessage, type LibpqVerbosity, type ServerNotice } from '@pg-dblink/client';
import type { ErrorFields } from '@pg-dblink/protocol';

/** How much of a message is shown: the variables VERBOSITY and SHOW_CONTEXT. */
export interface MessageStyle {
  readonly verbosity: LibpqVerbosity;
  readonly showContext: 'never' | 'errors' | 'always';
}

/** psql's style at its start. */
export const DEFAULT_MESSAGE_STYLE: MessageStyle = { verbosity: 'default', showContext: 'errors' };

const errorSeverities = new Set(['ERROR', 'FATAL', 'PANIC']);

/**
 * An error or notice as psql prints it, without a newline at the end.
 *
 * @param query - the statement that was sent; with it a position is shown as a line and a caret.
 * @example
 * ```ts
 * formatMessage(fields, 'select nocol');
 * // ERROR:  column "nocol" does not exist
 * // LINE 1: select nocol
 * //                ^
 * ```
 */
export function formatMessage(
  fields: ErrorFields,
  query?: string,
  style: MessageStyle = DEFAULT_MESSAGE_STYLE,
): string {
  const severity = fields.severityNonlocalized ?? fields.severity ?? 'ERROR';
  const isError = errorSeverities.has(severity);
  const showsContext = style.showContext === 'always' || (style.showContext === 'errors' && isError);
  const message: ServerNotice = {
    // The formatter shows the context of errors only; whoever wants it always gets it by that road.
    severity: showsContext ? 'ERROR' : 'NOTICE',
    severityLocalized: fields.severity ?? severity,
    sqlState: fields.sqlState ?? '',
    message: fields.message ?? '',
    position: numberOf(fields.position),
    internalPosition: numberOf(fields.internalPosition),
    detail: fields.detail,
    hint: fields.hint,
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
  return formatLibpqMessage(message, query, style.verbosity);
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
