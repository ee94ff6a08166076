import { BackendTag, decodeDataRow, decodeErrorResponse, encodeQuery, fieldText, Writer } from '@pg-dblink/protocol';
import { ask, type Dialogue } from './asks.ts';
import type { Session } from './session.ts';

/** What one pass over the hosts wants of a session; `prefer-standby` is two passes. */
export type SessionAttributes = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby';

const READ_ONLY_PROBE = 'SHOW transaction_read_only';
const RECOVERY_PROBE = 'SELECT pg_catalog.pg_is_in_recovery()';

/** The session is not what `target_session_attrs` asks for: the next host may be. */
class UnwantedSession extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnwantedSession';
  }
}

/**
 * Compares a fresh session with `target_session_attrs`: by what the server reported, else by asking it.
 * Returns undefined when it fits, or libpq's reason.
 */
export function* checkSessionAttributes(wish: SessionAttributes, session: Session): Dialogue<Error | undefined> {
  switch (wish) {
    case 'any':
    case 'prefer-standby':
      return undefined;
    case 'read-write':
    case 'read-only': {
      const isReadOnly = reportedReadOnly(session) ?? (yield* probe(READ_ONLY_PROBE, 'on'));
      if (isReadOnly instanceof Error) return isReadOnly;
      if (wish === 'read-write') return isReadOnly ? new UnwantedSession('session is read-only') : undefined;
      return isReadOnly ? undefined : new UnwantedSession('session is not read-only');
    }
    case 'primary':
    case 'standby': {
      const isStandby = reportedSwitch(session, 'in_hot_standby') ?? (yield* probe(RECOVERY_PROBE, 't'));
      if (isStandby instanceof Error) return isStandby;
      if (wish === 'primary') return isStandby ? new UnwantedSession('server is in hot standby mode') : undefined;
      return isStandby ? undefined : new UnwantedSession('server is not in hot standby mode');
    }
  }
}

function reportedSwitch({ parameters }: Session, name: string): boolean | undefined {
  const value = parameters.get(name);
  return value === undefined ? undefined : value === 'on';
}

function reportedReadOnly(session: Session): boolean | undefined {
  const byDefault = reportedSwitch(session, 'default_transaction_read_only');
  const inStandby = reportedSwitch(session, 'in_hot_standby');
  return byDefault === undefined || inStandby === undefined ? undefined : byDefault || inStandby;
}

/** Runs a query of one row and one column; true when the value is the given one. */
function* probe(sql: string, expected: string): Dialogue<boolean | Error> {
  const writer = new Writer();
  encodeQuery(writer, { sql });
  yield* ask('send', writer.take());
  let value: string | null | undefined;
  let cause: unknown;
  for (;;) {
    const frame = yield* ask('receive');
    if (frame.tag === BackendTag.DataRow) value = fieldText(decodeDataRow(frame), 0);
    if (frame.tag === BackendTag.ErrorResponse) cause = decodeErrorResponse(frame).fields.message;
    if (frame.tag === BackendTag.ReadyForQuery) break;
  }
  if (typeof value !== 'string')
    return new UnwantedSession(`"${sql}" failed${cause === undefined ? '' : `: ${cause}`}`);
  return value === expected;
}
