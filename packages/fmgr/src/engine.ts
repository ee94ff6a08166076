import { PEER_RANGE } from './abi-pg18.ts';
import { type EngineFunctions, type EngineVariable, FUNCTION_NAMES, VARIABLE_NAMES } from './engine-exports.ts';
import { Constants, Heap } from './memory.ts';
import { compileRowLoop, type RowLoop } from './rows/loop.ts';
import { type WasmInstance, type WasmNames, type WasmTable, wasm } from './runtime.ts';

/**
 * The engine does not have the interface that this package was written for.
 *
 * @example
 * ```ts
 * await PGlite.create({ extensions: { mylib } }).catch((error) => error instanceof AbiError);
 * ```
 */
export class AbiError extends Error {
  override readonly name = 'AbiError';
  readonly code = 'PGLITE_ABI';

  constructor(what: string) {
    super(`${what}; this version of @pg-dblink/fmgr supports ${PEER_RANGE}`);
  }
}

/** One PGlite's backend: its memory, its functions and its variables. */
export interface Engine {
  readonly heap: Heap;
  readonly functions: EngineFunctions;
  readonly addressOf: Readonly<Record<EngineVariable, number>>;
  readonly constants: Constants;
  readonly table: WasmTable;
  readonly unwinding: Unwinding;
  readonly rowLoop: RowLoop;
}

/**
 * Engine errors travel as JavaScript exceptions through our frames: the C library's longjmp, and the exit status by
 * which PGlite leaves its main loop. Neither may be swallowed or changed, or the engine's error stack is left behind.
 */
export class Unwinding {
  readonly #sample: unknown;
  /** The exception that crossed our frames last and has not reached the engine again. */
  #pending: { readonly exception: unknown } | undefined;
  #trap: 'set' | 'sprung' = 'set';

  /** @param sample - what the engine's longjmp throws */
  constructor(sample: unknown) {
    this.#sample = sample;
  }

  /** Whether an exception is the engine's own way out. */
  isOurs(exception: unknown): boolean {
    if (typeof exception !== 'object' || exception === null) return exception === this.#sample;
    if ('name' in exception && exception.name === 'ExitStatus') return true;
    return typeof this.#sample === 'object' && this.#sample?.constructor === exception.constructor;
  }

  /** Notes an exception that left the engine and rethrows it. */
  pass(exception: unknown): never {
    if (this.isOurs(exception)) this.#pending = { exception };
    else this.#trap = 'sprung';
    throw exception;
  }

  /** Whether a trap, such as an exhausted stack, has left engine functions since this was last asked. */
  takeTrap(): boolean {
    const sprung = this.#trap === 'sprung';
    this.#trap = 'set';
    return sprung;
  }

  /** Whether an engine error is on its way through a body. */
  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Forgets the exception: it is the engine's again. */
  settle(): void {
    this.#pending = undefined;
  }

  /** Sends the pending exception on to the engine, whatever the body made of it. */
  resume(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) throw pending.exception;
  }
}

type Exported = (...operands: readonly (number | bigint)[]) => number | bigint | undefined;

/** Most functions take few operands: passed on one by one, they need no array in between. */
function guarded(exported: Exported, unwinding: Unwinding): Exported {
  if (exported.length === 1) {
    return (operand: number | bigint) => {
      try {
        return exported(operand);
      } catch (exception) {
        return unwinding.pass(exception);
      }
    };
  }
  return (...operands) => {
    try {
      return exported(...operands);
    } catch (exception) {
      return unwinding.pass(exception);
    }
  };
}

function isExported(value: unknown): value is Exported {
  return typeof value === 'function';
}

function bindFunctions(exports: Readonly<WasmNames>, unwinding: Unwinding): EngineFunctions {
  const bound = Object.fromEntries(
    FUNCTION_NAMES.map((name) => {
      const exported: unknown = exports[name];
      if (!isExported(exported)) throw new AbiError(`the engine does not export ${name}`);
      return [name, guarded(exported, unwinding)];
    }),
  );
  return bound as unknown as EngineFunctions;
}

function bindVariables(exports: Readonly<WasmNames>, base: number): Record<EngineVariable, number> {
  const bound = VARIABLE_NAMES.map((name): [EngineVariable, number] => {
    const exported: unknown = exports[name];
    if (!(exported instanceof wasm.Global)) throw new AbiError(`the engine does not export ${name}`);
    return [name, Number(exported.value) + base];
  });
  return Object.fromEntries(bound) as Record<EngineVariable, number>;
}

function sampleLongjmp(imports: WasmNames): unknown {
  const throwLongjmp: unknown = imports['_emscripten_throw_longjmp'];
  if (!isExported(throwLongjmp)) throw new AbiError('the engine does not import _emscripten_throw_longjmp');
  try {
    throwLongjmp();
  } catch (sample) {
    return sample;
  }
  throw new AbiError("the engine's longjmp does not throw");
}

/**
 * Binds the functions and variables of an engine that has just been instantiated.
 *
 * @param instance - the engine's instance
 * @param imports - its `env` imports
 * @throws {@link AbiError} when something is missing
 */
export function bindEngine(instance: WasmInstance, imports: WasmNames): Engine {
  const { exports } = instance;
  const memory: unknown = imports['memory'] ?? exports['memory'];
  const table: unknown = exports['__indirect_function_table'] ?? imports['__indirect_function_table'];
  if (!(memory instanceof wasm.Memory)) throw new AbiError('the engine has no memory to share');
  if (!(table instanceof wasm.Table)) throw new AbiError('the engine has no function table to share');
  const unwinding = new Unwinding(sampleLongjmp(imports));
  // A position-independent engine exports addresses relative to where it was put.
  const base: unknown = imports['__memory_base'];
  const baseAddress = base instanceof wasm.Global ? Number(base.value) : 0;
  const heap = new Heap(memory);
  const functions = bindFunctions(exports, unwinding);
  return {
    heap,
    functions,
    addressOf: bindVariables(exports, baseAddress),
    constants: new Constants(heap, functions),
    table,
    unwinding,
    rowLoop: compileRowLoop({ exports, memory, table, unwinding }),
  };
}
