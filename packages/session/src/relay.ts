import type { Result } from './command.ts';
import { DblinkError, type DblinkMessageFields, type RemoteErrorFields } from './errors.ts';
import type { Remote } from './remote.ts';
import type { Scope } from './scope.ts';
import { truncateUtf8 } from './truncate.ts';

/** dblink.c formats the phase into a buffer of 512 bytes. */
const PHASE_BYTES = 511;

/** Whom a context line speaks of: temporary connections count as unnamed. */
export interface Subject {
  readonly remote: Remote;
  readonly name: string | undefined;
}

/** dblink_res_error: what SQL is told of a result that is not the one hoped for. */
export function relayedFields(subject: Subject, result: Result | undefined, phase: string): DblinkMessageFields {
  const error: RemoteErrorFields | undefined = result?.kind === 'error' ? result.error : undefined;
  const line =
    truncateUtf8(phase, PHASE_BYTES) +
    (subject.name === undefined ? ' on unnamed dblink connection' : ` on dblink connection named "${subject.name}"`);
  return {
    sqlState: error === undefined || error.sqlState === '' ? '08006' : error.sqlState,
    message: (error?.message ?? subject.remote.errorText) || 'could not obtain message string for remote error',
    detail: error?.detail,
    hint: error?.hint,
    context: error?.context ? `${error.context}\n${line}` : line,
    remote: error,
  };
}

/** Raises a remote failure as an error, or as a notice when the caller asked for that. */
export function relay(
  scope: Scope,
  subject: Subject,
  result: Result | undefined,
  phase: string,
  failOnError: boolean,
): void {
  const fields = relayedFields(subject, result, phase);
  if (failOnError) throw new DblinkError(fields);
  scope.notice({ level: 'NOTICE', ...fields });
}
