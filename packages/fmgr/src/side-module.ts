import { MAGIC } from './abi-pg18.ts';
import { encodeText } from './runtime.ts';
import {
  type Code,
  encodeModule,
  type FunctionDefinition,
  type Signature,
  Signatures,
  unsigned,
} from './wasm/encoding.ts';
import { add, call, drop, get, globalGet, i32, store32 } from './wasm/instructions.ts';

// A shared library as PostgreSQL's dynamic loader wants it (manual, "C-Language Functions"), holding nothing but
// the magic block and, per function, its info record and a body that passes the call on to one JavaScript function.
// The engine's linker resolves that function by name among the imports of the engine itself.

/** The number that the hook receives instead of a function's when the engine runs `_PG_init`. */
export const LOADED = -1;

const POINTER: Signature = { parameters: [], results: ['i32'] };
const HOOK: Signature = { parameters: ['i32', 'i32'], results: ['i32'] };
const PG_FUNCTION: Signature = { parameters: ['i32'], results: ['i32'] };
const PROCEDURE: Signature = { parameters: [], results: [] };

const MEM_INFO = 1;
const MEMORY_BASE = globalGet(0);

/** The name under which a library's hook is found by the engine's linker. */
export function hookName(library: string): string {
  return `fmgr_hook_${library}`;
}

function int32(value: number): Code {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
}

function cString(text: string): Code {
  return [...encodeText(text), 0];
}

function magicBlock(): Code {
  const extra = cString(MAGIC.abiExtra);
  return [
    ...int32(MAGIC.byteLength),
    ...int32(MAGIC.version),
    ...int32(MAGIC.funcMaxArgs),
    ...int32(MAGIC.indexMaxKeys),
    ...int32(MAGIC.nameDataLength),
    ...int32(MAGIC.float8ByValue),
    ...extra,
    ...new Array<number>(MAGIC.abiExtraLength - extra.length).fill(0),
    ...int32(0),
    ...int32(0),
  ];
}

/**
 * Builds the bytes of a library: a `dylink.0` side module with one C symbol per name.
 *
 * @param library - name and version as `pg_get_loaded_modules()` shows them
 * @param symbols - C symbols; the hook receives their index and the address of the FunctionCallInfo
 *
 * @example
 * ```ts
 * const bytes = buildSideModule({ name: 'mylib', version: '1.0' }, ['add_one']);
 * ```
 */
export function buildSideModule(
  library: { readonly name: string; readonly version: string },
  symbols: readonly string[],
): Uint8Array<ArrayBuffer> {
  const magic = magicBlock();
  const infoAt = magic.length;
  const nameAt = infoAt + 4;
  const versionAt = nameAt + cString(library.name).length;
  const data = [...magic, ...int32(1), ...cString(library.name), ...cString(library.version)];

  const functions: FunctionDefinition[] = [
    {
      exportedAs: 'Pg_magic_func',
      signature: POINTER,
      locals: [],
      body: [
        ...store32(MEMORY_BASE, add(MEMORY_BASE, i32(nameAt)), MAGIC.nameAt),
        ...store32(MEMORY_BASE, add(MEMORY_BASE, i32(versionAt)), MAGIC.versionAt),
        ...MEMORY_BASE,
      ],
    },
    { exportedAs: '_PG_init', signature: PROCEDURE, locals: [], body: drop(call(0, i32(LOADED), i32(0))) },
  ];
  for (const [index, symbol] of symbols.entries()) {
    functions.push(
      { exportedAs: `pg_finfo_${symbol}`, signature: POINTER, locals: [], body: add(MEMORY_BASE, i32(infoAt)) },
      { exportedAs: symbol, signature: PG_FUNCTION, locals: [], body: call(0, i32(index), get(0)) },
    );
  }

  const alignment = 3; // as a power of two
  const memoryInfo = [...unsigned(data.length), ...unsigned(alignment), ...unsigned(0), ...unsigned(0)];
  return encodeModule(
    {
      custom: { name: 'dylink.0', payload: [MEM_INFO, ...unsigned(memoryInfo.length), ...memoryInfo] },
      imports: [
        { kind: 'memory', module: 'env', name: 'memory' },
        { kind: 'global', module: 'env', name: '__memory_base' },
        { kind: 'function', module: 'env', name: hookName(library.name), signature: HOOK },
      ],
      functions,
      data: { offset: MEMORY_BASE, bytes: data },
    },
    new Signatures(),
  );
}
