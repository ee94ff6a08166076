import { encodeText } from '../runtime.ts';

/** A WebAssembly value type that the generated modules use. */
export type ValueType = 'i32' | 'i64' | 'f64' | 'v128';

/** Bytes of instructions, or of any other piece of a module. */
export type Code = readonly number[];

/** The parameters and results of a function. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** Something a module takes from its surroundings. */
export type Import =
  | { readonly kind: 'function'; readonly module: string; readonly name: string; readonly signature: Signature }
  | { readonly kind: 'table'; readonly module: string; readonly name: string }
  | { readonly kind: 'memory'; readonly module: string; readonly name: string }
  | { readonly kind: 'global'; readonly module: string; readonly name: string };

/** A function with a body; `locals` come after the parameters. */
export interface FunctionDefinition {
  readonly exportedAs: string;
  readonly signature: Signature;
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** All that {@link encodeModule} needs to know. */
export interface ModuleDefinition {
  readonly custom?: { readonly name: string; readonly payload: Code };
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionDefinition[];
  /** Signatures for call_indirect, numbered after those of imports and functions. */
  readonly data?: { readonly offset: Code; readonly bytes: Code };
}

const VALUE_TYPE: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b };
const FUNCREF = 0x70;

/** Unsigned LEB128. */
export function unsigned(value: number): Code {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return out;
}

/** Signed LEB128, up to 64 bits. */
export function signed(value: number | bigint): Code {
  const out: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
      out.push(low);
      return out;
    }
    out.push(low | 0x80);
  }
}

/** A string as WebAssembly writes it: byte length, UTF-8. */
export function name(text: string): Code {
  const bytes = encodeText(text);
  return [...unsigned(bytes.length), ...bytes];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, payload: Code): Code {
  return [id, ...unsigned(payload.length), ...payload];
}

function signatureBytes(signature: Signature): Code {
  const types = (list: readonly ValueType[]): Code => vector(list.map((type) => [VALUE_TYPE[type]]));
  return [0x60, ...types(signature.parameters), ...types(signature.results)];
}

/** The distinct signatures of a module, in order of first use; call_indirect refers to them by index. */
export class Signatures {
  readonly #bytes: Code[] = [];
  readonly #index = new Map<string, number>();

  /** The index of a signature, added when it is new. */
  indexOf(signature: Signature): number {
    const bytes = signatureBytes(signature);
    const key = bytes.join();
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    this.#index.set(key, this.#bytes.length);
    return this.#bytes.push(bytes) - 1;
  }

  /** The type section. */
  encode(): Code {
    return section(1, vector(this.#bytes));
  }
}

function importBytes(entry: Import, signatures: Signatures): Code {
  const head = [...name(entry.module), ...name(entry.name)];
  switch (entry.kind) {
    case 'function':
      return [...head, 0x00, ...unsigned(signatures.indexOf(entry.signature))];
    case 'table':
      return [...head, 0x01, FUNCREF, 0x00, 0x00];
    case 'memory':
      return [...head, 0x02, 0x00, 0x00];
    case 'global':
      return [...head, 0x03, VALUE_TYPE.i32, 0x00];
  }
}

function bodyBytes(definition: FunctionDefinition): Code {
  const locals = vector(definition.locals.map((type) => [1, VALUE_TYPE[type]]));
  const code = [...locals, ...definition.body, 0x0b];
  return [...unsigned(code.length), ...code];
}

/**
 * Encodes a WebAssembly module (core specification, chapter 5).
 *
 * Pass the {@link Signatures} that bodies used for call_indirect, so that the indices agree.
 *
 * @example
 * ```ts
 * const bytes = encodeModule({ imports: [], functions: [] }, new Signatures());
 * ```
 */
export function encodeModule(definition: ModuleDefinition, signatures: Signatures): Uint8Array<ArrayBuffer> {
  const { custom, imports, functions, data } = definition;
  const importSection = section(2, vector(imports.map((entry) => importBytes(entry, signatures))));
  const functionSection = section(3, vector(functions.map((entry) => unsigned(signatures.indexOf(entry.signature)))));
  const imported = imports.filter((entry) => entry.kind === 'function').length;
  const exportSection = section(
    7,
    vector(functions.map((entry, index) => [...name(entry.exportedAs), 0x00, ...unsigned(imported + index)])),
  );
  const codeSection = section(10, vector(functions.map(bodyBytes)));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...(custom === undefined ? [] : section(0, [...name(custom.name), ...custom.payload])),
    ...signatures.encode(),
    ...importSection,
    ...functionSection,
    ...exportSection,
    ...codeSection,
    ...(data === undefined
      ? []
      : section(11, vector([[0x00, ...data.offset, 0x0b, ...unsigned(data.bytes.length), ...data.bytes]]))),
  ]);
}
