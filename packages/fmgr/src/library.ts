import { checkBuiltins } from './abi-check.ts';
import { AbiError, bindEngine, type Engine } from './engine.ts';
import { type EmscriptenOptions, LIBRARY_DIRECTORY, writeFiles } from './extension-files.ts';
import { type HostFunction, makeHook } from './hook.ts';
import { buildSideModule, hookName } from './side-module.ts';

/** A shared library whose functions have TypeScript bodies. */
export interface LibraryDefinition {
  /** `$libdir/name` in CREATE FUNCTION; lower-case letters, digits and underscores. */
  readonly name: string;
  readonly version?: string;
  /** C symbol → body. */
  readonly functions: Readonly<Record<string, HostFunction>>;
}

/** A library that can be attached to a PGlite. */
export interface Library {
  readonly name: string;
  /**
   * Attaches the library to a PGlite that is being made.
   *
   * @param emscriptenOpts - the second argument of an extension's `setup`
   */
  attach(emscriptenOpts: unknown): LibraryPart;
}

/** What an extension's `setup` returns for the library. */
export interface LibraryPart {
  readonly emscriptenOpts: EmscriptenOptions;
  /** Checks the engine's interface. @throws {@link AbiError} */
  init(): Promise<void>;
  close(): Promise<void>;
  /** @throws {@link AbiError} before the engine runs, and when its interface is another */
  readonly engine: Engine;
}

const NAME = /^[a-z_][a-z0-9_]*$/;
const SYMBOL = /^[A-Za-z_][A-Za-z0-9_]*$/;

type Binding =
  | { readonly state: 'waiting' }
  | { readonly state: 'bound'; readonly engine: Engine }
  | { readonly state: 'refused'; readonly error: unknown };

/**
 * Defines a shared library for PGlite: `CREATE FUNCTION … AS '$libdir/name', 'symbol' LANGUAGE C` runs a TypeScript
 * body, synchronously, inside the statement that calls it.
 *
 * @throws RangeError for a name or symbol that C or the file system would not take
 *
 * @example
 * ```ts
 * const library = defineLibrary({ name: 'mylib', functions: { add_one: (call) => call.returnInt4(call.int4(0) + 1) } });
 * ```
 */
export function defineLibrary(definition: LibraryDefinition): Library {
  const { name, version = '0', functions } = definition;
  const symbols = Object.keys(functions);
  if (!NAME.test(name)) throw new RangeError(`invalid library name ${JSON.stringify(name)}`);
  for (const symbol of symbols) {
    if (!SYMBOL.test(symbol)) throw new RangeError(`invalid C symbol ${JSON.stringify(symbol)}`);
  }
  const bytes = buildSideModule({ name, version }, symbols);

  return {
    name,
    attach(emscriptenOpts) {
      let binding: Binding = { state: 'waiting' };
      const engine = (): Engine => {
        if (binding.state === 'bound') return binding.engine;
        if (binding.state === 'refused') throw binding.error;
        throw new AbiError('the engine has not been instantiated through instantiateWasm');
      };
      const given = emscriptenOpts as EmscriptenOptions;
      const instantiate = given.instantiateWasm;
      const wrapped: EmscriptenOptions = {
        ...given,
        instantiateWasm: (imports, done) => {
          const { env } = imports;
          if (env !== undefined) env[hookName(name)] = makeHook(engine, functions);
          return instantiate(imports, (instance, module) => {
            // A failure here would leave PGlite waiting for ever; init reports it.
            try {
              binding = { state: 'bound', engine: bindEngine(instance, env ?? {}) };
            } catch (error) {
              binding = { state: 'refused', error };
            }
            return done(instance, module);
          });
        },
      };
      return {
        emscriptenOpts: writeFiles(wrapped, new Map([[`${LIBRARY_DIRECTORY}/${name}.so`, bytes]])),
        init: async () => checkBuiltins(engine()),
        close: async () => undefined,
        get engine() {
          return engine();
        },
      };
    },
  };
}
