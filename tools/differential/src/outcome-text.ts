import type { ServerMessage, SqlOutcome, StatementResult } from '@pg-dblink/testkit';

/**
 * One line for everything that a step gave: notices, rows or command tag, error, each with SQLSTATE, DETAIL, HINT and
 * CONTEXT. Two sides agree when these lines are equal.
 *
 * @example outcomeText(outcome) // NOTICE 22012 division by zero CONTEXT: while executing … + [1]
 */
export function outcomeText(outcome: SqlOutcome): string {
  const parts = [
    ...outcome.notices.map(messageText),
    ...outcome.results.map(resultText),
    ...(outcome.error === undefined ? [] : [messageText(outcome.error)]),
  ];
  return parts.length === 0 ? '<nothing>' : parts.join(' + ');
}

/** The outcomes of all steps of a case in one line. */
export function stepsText(steps: readonly string[]): string {
  return steps.join(' ⇒ ');
}

function messageText({ severity, sqlState, message, detail, hint, context }: ServerMessage): string {
  const parts = [`${severity} ${sqlState} ${message}`];
  if (detail !== undefined) parts.push(`DETAIL: ${detail}`);
  if (hint !== undefined) parts.push(`HINT: ${hint}`);
  if (context !== undefined) parts.push(`CONTEXT: ${context}`);
  return visible(parts.join(' '));
}

function resultText({ columns, rows, tag }: StatementResult): string {
  if (columns.length === 0) return `<${tag}>`;
  if (rows.length === 0) return '(0 rows)';
  const lines = rows.map((row) => row.map((value) => (value === null ? '∅' : visible(value))).join(' | '));
  return `[${lines.join(' ; ')}]`;
}

function visible(text: string): string {
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll('\r', '␍');
}
