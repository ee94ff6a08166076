import type { PGliteOptions } from '@electric-sql/pglite';

/** The engine's function table: what a function pointer of the engine points into. */
export interface FunctionTable {
  get(index: number): unknown;
}

interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Memory {
  readonly buffer: ArrayBufferLike;
}

type Imports = Record<string, Record<string, unknown>>;
type Instantiated = (instance: Instance, module: unknown) => unknown;
type EngineOptions = Record<string, unknown> & {
  wasmMemory?: Memory;
  instantiateWasm?: (imports: Imports, done: Instantiated) => unknown;
};

/** A look into the engine's instance while PGlite makes it. */
export interface InstanceAccess {
  /** To be among the PGlite options. */
  readonly extensions: NonNullable<PGliteOptions['extensions']>;
  /** The engine's function table, which PGlite itself does not show. */
  table(): FunctionTable;
  /**
   * Has `poll` called whenever the engine asks its host for the time or for a file. It says whether the statement is
   * being cancelled; then time flies, so that a sleep, which spins on the clock, is over at once.
   */
  onHostCall(poll: () => boolean): void;
}

/**
 * Calls that the engine makes of its host often: a sleep asks for the time, sorts and large tables read and write files.
 * Each is a chance to look for a cancel request, which no signal can bring into WebAssembly.
 */
const monotonicClock = 'clock_time_get';
const hostCalls = [monotonicClock, 'emscripten_date_now', 'fd_pread', 'fd_pwrite', 'fd_read', 'fd_write'];

const oneGenerationNs = 10n ** 18n;

/** Makes an {@link InstanceAccess} for one PGlite. */
export function instanceAccess(): InstanceAccess {
  let table: FunctionTable | undefined;
  let poll = (): boolean => false;
  return {
    extensions: {
      instanceAccess: {
        name: 'instance access',
        setup: async (_pg, emscriptenOpts: EngineOptions) => {
          const { instantiateWasm, wasmMemory } = emscriptenOpts;
          if (instantiateWasm === undefined || wasmMemory === undefined) return { emscriptenOpts };
          const wrapped = (imports: Imports, done: Instantiated): unknown =>
            instantiateWasm(
              withPoll(imports, wasmMemory, () => poll()),
              (instance, module) => {
                table = instance.exports['__indirect_function_table'] as FunctionTable | undefined;
                return done(instance, module);
              },
            );
          return { emscriptenOpts: { ...emscriptenOpts, instantiateWasm: wrapped } };
        },
      },
    },
    table: () => {
      if (table === undefined) throw new Error('this version of PGlite does not show its function table');
      return table;
    },
    onHostCall: (next) => {
      poll = next;
    },
  };
}

function withPoll(imports: Imports, memory: Memory, poll: () => boolean): Imports {
  for (const space of Object.values(imports)) {
    for (const name of hostCalls) {
      const call = space[name];
      if (typeof call !== 'function') continue;
      const polled = (...values: unknown[]): unknown => {
        const isCancelling = poll();
        const result: unknown = (call as (...given: unknown[]) => unknown)(...values);
        if (isCancelling && name === monotonicClock) advance(memory, Number(values.at(-1)));
        return result;
      };
      // The runtime keeps notes on its functions as properties; they go along.
      space[name] = Object.assign(polled, call);
    }
  }
  return imports;
}

function advance(memory: Memory, at: number): void {
  const heap = new DataView(memory.buffer);
  heap.setBigUint64(at, heap.getBigUint64(at, true) + oneGenerationNs, true);
}
