import type { RemoteErrorFields } from './errors.ts';

/** A remote error as libpq prints it, but without the line of the statement that it points at. */
export function formatPlainMessage(error: RemoteErrorFields): string {
  const lines = [`${error.severityLocalized ?? error.severity}:  ${error.message}`];
  if (error.detail) lines.push(`DETAIL:  ${error.detail}`);
  if (error.hint) lines.push(`HINT:  ${error.hint}`);
  if (error.context) lines.push(`CONTEXT:  ${error.context}`);
  return lines.join('\n');
}
