// What every JavaScript runtime has but TypeScript declares with the DOM only: the parts used here, so that neither
// this package nor a consumer of its sources needs the DOM's types.

/** WebAssembly.Memory */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** WebAssembly.Table of functions */
export interface WasmTable {
  readonly length: number;
  get(index: number): unknown;
}

/** WebAssembly.Global */
export interface WasmGlobal {
  readonly value: unknown;
}

/** Names → functions, globals, memories and tables. */
export type WasmNames = Record<string, unknown>;

/** WebAssembly.Instance */
export interface WasmInstance {
  readonly exports: Readonly<WasmNames>;
}

interface Runtime {
  readonly WebAssembly: {
    readonly Memory: new (limits: { readonly initial: number }) => WasmMemory;
    readonly Table: new (description: { readonly element: 'anyfunc'; readonly initial: number }) => WasmTable;
    readonly Global: new (description: { readonly value: 'i32' }, value: number) => WasmGlobal;
    readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
    readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
    readonly Instance: new (module: object, imports: Readonly<Record<string, Readonly<WasmNames>>>) => WasmInstance;
  };
  readonly TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
  readonly TextDecoder: new (
    label: 'utf-8',
    options: { readonly ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

const runtime = globalThis as unknown as Runtime;

/** The WebAssembly interface. */
export const wasm: Runtime['WebAssembly'] = runtime.WebAssembly;

const encoder = new runtime.TextEncoder();
const decoder = new runtime.TextDecoder('utf-8', { ignoreBOM: true });

/** Up to this length a loop takes less than the runtime's encoder and decoder take to be called. */
const SHORT = 48;

/** UTF-8 bytes of a string. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return (text.length > SHORT ? undefined : encodeShort(text)) ?? encoder.encode(text);
}

function encodeShort(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return undefined;
    bytes[at] = code;
  }
  return bytes;
}

/** The string that UTF-8 bytes spell, a byte order mark included. */
export function decodeText(bytes: Uint8Array): string {
  return (bytes.length > SHORT ? undefined : decodeShort(bytes)) ?? decoder.decode(bytes);
}

function decodeShort(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] ?? 0;
    if (code > 0x7f) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}
