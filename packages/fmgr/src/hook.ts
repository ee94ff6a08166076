import { checkCatalog } from './abi-check.ts';
import { Call } from './call.ts';
import type { Engine } from './engine.ts';
import { emitReport, reportOf, SqlError } from './ereport.ts';
import { LOADED } from './side-module.ts';

/** The body of a C-language function: reads arguments from the call and sets its result there. */
export type HostFunction = (call: Call) => void;

/** Twice as many were safe on a main thread, PL/pgSQL blocks with handlers between them. */
const MAX_NESTED_CALLS = 50;

function refusePromise(promise: Promise<unknown>, symbol: string): never {
  promise.catch(() => undefined);
  throw new SqlError({ message: `the body of function ${symbol} returned a promise` });
}

/** What a body ended with: the Datum to return, or what it threw. */
type Outcome =
  | { readonly kind: 'returned'; readonly datum: number }
  | { readonly kind: 'threw'; readonly what: unknown };

function attempt(body: () => number): Outcome {
  try {
    return { kind: 'returned', datum: body() };
  } catch (what) {
    return { kind: 'threw', what };
  }
}

/** Where the engine's C code would catch an error now, and what it would add to its context. */
interface ErrorHandlers {
  readonly exceptionStack: number;
  readonly contextStack: number;
}

function errorHandlers({ heap, addressOf }: Engine): ErrorHandlers {
  return {
    exceptionStack: heap.int32(addressOf.PG_exception_stack),
    contextStack: heap.int32(addressOf.error_context_stack),
  };
}

/**
 * Makes the engine fit for an error after a trap, which runs none of its handlers: those of the frames that are gone
 * are taken off, and a half-made report with them.
 */
function recover(engine: Engine, handlers: ErrorHandlers): void {
  const { heap, addressOf, functions } = engine;
  heap.setInt32(addressOf.PG_exception_stack, handlers.exceptionStack);
  heap.setInt32(addressOf.error_context_stack, handlers.contextStack);
  functions.FlushErrorState();
}

function callBody(engine: Engine, symbol: string, body: HostFunction, callAddress: number, depth: number): number {
  const call = new Call(engine, symbol, callAddress);
  try {
    // The engine's own check looks at its own stack, of which it uses little; JavaScript's would run out unseen.
    if (depth > MAX_NESTED_CALLS) {
      throw new SqlError({
        sqlState: '54001',
        message: 'stack depth limit exceeded',
        detail: `Functions with TypeScript bodies are nested more than ${MAX_NESTED_CALLS} deep.`,
      });
    }
    const returned: unknown = body(call);
    if (returned instanceof Promise) refusePromise(returned, symbol);
    // A body that swallowed an engine error has nothing to return.
    return engine.unwinding.isPending ? 0 : call.complete();
  } finally {
    call.end();
  }
}

/**
 * The edge between the engine and the bodies. Engine errors leave as they came, every other exception becomes an SQL
 * error: one that escaped would leave the engine without an answer for ever.
 */
export function makeHook(
  engine: () => Engine,
  functions: Readonly<Record<string, HostFunction>>,
): (index: number, callAddress: number) => number {
  let depth = 0;
  const entries = Object.entries(functions).map(
    ([symbol, body]) =>
      (bound: Engine, callAddress: number): number =>
        callBody(bound, symbol, body, callAddress, depth),
  );
  const loaded = (bound: Engine): number => {
    checkCatalog(bound);
    return 0;
  };
  return (index: number, callAddress: number): number => {
    const bound = engine();
    const entry = index === LOADED ? loaded : entries[index];
    depth += 1;
    const handlers = errorHandlers(bound);
    const outcome = attempt(() => entry?.(bound, callAddress) ?? 0);
    depth -= 1;
    bound.unwinding.resume();
    if (outcome.kind === 'returned') return outcome.datum;
    if (bound.unwinding.takeTrap()) recover(bound, handlers);
    try {
      emitReport(bound, 'ERROR', reportOf(outcome.what));
    } finally {
      bound.unwinding.settle();
    }
    return 0;
  };
}
