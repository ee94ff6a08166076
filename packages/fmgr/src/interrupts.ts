import { callBuiltin } from './builtin.ts';
import type { Engine } from './engine.ts';
import { SqlError } from './ereport.ts';
import { setting } from './settings.ts';

const STATEMENT_TIMESTAMP = 2648;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** Why a statement is cancelled; the text is what its error says. */
export type CancelReason = 'user request' | 'statement timeout';

/**
 * Serves a pending cancel or termination request, as CHECK_FOR_INTERRUPTS() does.
 *
 * @example
 * ```ts
 * for (let work = 0; work < 3; work += 1) checkForInterrupts(call.engine);
 * ```
 */
export function checkForInterrupts(engine: Engine): void {
  if (engine.heap.int32(engine.addressOf.InterruptPending) !== 0) engine.functions.ProcessInterrupts();
}

/**
 * Cancels the running statement. @throws 57014 `canceling statement due to …`
 *
 * @example
 * ```ts
 * const timedOut = (engine: Engine): never => cancelStatement(engine, 'statement timeout');
 * ```
 */
export function cancelStatement(engine: Engine, reason: CancelReason): never {
  if (reason === 'user request') {
    engine.heap.setInt32(engine.addressOf.QueryCancelPending, 1);
    engine.heap.setInt32(engine.addressOf.InterruptPending, 1);
    engine.functions.ProcessInterrupts();
  }
  throw new SqlError({ sqlState: '57014', message: `canceling statement due to ${reason}` });
}

/**
 * When the running statement began, in milliseconds since 1970 (statement_timestamp()).
 *
 * @example
 * ```ts
 * statementStart(call.engine) <= Date.now(); // true
 * ```
 */
export function statementStart(engine: Engine): number {
  const timestamp = callBuiltin(engine, STATEMENT_TIMESTAMP, []);
  const microseconds = engine.heap.int64(timestamp);
  engine.functions.pfree(timestamp);
  return POSTGRES_EPOCH_MS + Number(microseconds / 1000n);
}

/**
 * When `statement_timeout` ends the running statement, in milliseconds since 1970; undefined without a limit.
 *
 * The engine's own timer never fires in PGlite: a body that waits keeps this deadline itself and then calls
 * {@link cancelStatement}.
 *
 * @example
 * ```ts
 * statementDeadline(call.engine); // undefined
 * ```
 */
export function statementDeadline(engine: Engine): number | undefined {
  const timeoutMs = Number(setting(engine, 'statement_timeout') ?? 0);
  return timeoutMs > 0 ? statementStart(engine) + timeoutMs : undefined;
}
