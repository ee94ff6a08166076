import type { Engine } from './engine.ts';
import type { EngineFunctions } from './engine-exports.ts';
import { decodeText, encodeText, type WasmMemory } from './runtime.ts';

// Views of the engine's memory die whenever it grows, which any call into the engine may cause. The heap hands out
// fresh ones by itself; nobody else keeps a view across a call.

/** Shorter ranges are written as they are. */
const WORTH_A_DETOUR = 256;
/** Stays in a processor's cache. */
const DETOUR_BYTES = 32 * 1024;

const isShared = (bytes: Uint8Array): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && bytes.buffer instanceof SharedArrayBuffer;

/** The engine's linear memory: little-endian reads and writes at any alignment. */
export class Heap {
  readonly #memory: WasmMemory;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #detour: Uint8Array<ArrayBuffer> | undefined;

  constructor(memory: WasmMemory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /** All of memory; valid until the next call into the engine. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length === 0) this.#refresh();
    return this.#bytes;
  }

  get #current(): DataView<ArrayBuffer> {
    if (this.#bytes.length === 0) this.#refresh();
    return this.#view;
  }

  #refresh(): void {
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
  }

  int8(at: number): number {
    return this.#current.getUint8(at);
  }

  int16(at: number): number {
    return this.#current.getInt16(at, true);
  }

  int32(at: number): number {
    return this.#current.getInt32(at, true);
  }

  uint32(at: number): number {
    return this.#current.getUint32(at, true);
  }

  int64(at: number): bigint {
    return this.#current.getBigInt64(at, true);
  }

  float8(at: number): number {
    return this.#current.getFloat64(at, true);
  }

  setInt8(at: number, value: number): void {
    this.#current.setUint8(at, value);
  }

  setInt16(at: number, value: number): void {
    this.#current.setInt16(at, value, true);
  }

  setInt32(at: number, value: number): void {
    this.#current.setInt32(at, value, true);
  }

  setInt64(at: number, value: bigint): void {
    this.#current.setBigInt64(at, value, true);
  }

  setFloat8(at: number, value: number): void {
    this.#current.setFloat64(at, value, true);
  }

  /** A copy of a range. */
  copy(at: number, byteLength: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(at, at + byteLength);
  }

  /** Writes bytes, also those of shared memory. */
  write(at: number, bytes: Uint8Array): void {
    const liesAlike = ((bytes.byteOffset ^ at) & 7) === 0;
    if (liesAlike || bytes.length < WORTH_A_DETOUR || !isShared(bytes)) this.bytes.set(bytes, at);
    else this.#writeByDetour(at, bytes);
  }

  /** Shared memory is copied byte by byte unless both ends lie alike, so a copy that does comes in between. */
  #writeByDetour(at: number, bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += DETOUR_BYTES) {
      const part = bytes.subarray(from, from + DETOUR_BYTES);
      const shift = part.byteOffset & 7;
      this.#detour ??= new Uint8Array(DETOUR_BYTES + 8);
      this.#detour.set(part, shift);
      this.bytes.set(this.#detour.subarray(shift, shift + part.length), at + from);
    }
  }

  /** UTF-8 text of a known length in bytes. */
  text(at: number, byteLength: number): string {
    return decodeText(this.bytes.subarray(at, at + byteLength));
  }

  /** A C string. */
  cString(at: number): string {
    const { bytes } = this;
    return decodeText(bytes.subarray(at, bytes.indexOf(0, at)));
  }
}

/** C strings that live as long as the engine, each made once. */
export class Constants {
  readonly #heap: Heap;
  readonly #functions: Pick<EngineFunctions, 'malloc'>;
  readonly #addresses = new Map<string, number>();

  constructor(heap: Heap, functions: Pick<EngineFunctions, 'malloc'>) {
    this.#heap = heap;
    this.#functions = functions;
  }

  /** The address of a string. */
  cString(text: string): number {
    const known = this.#addresses.get(text);
    if (known !== undefined) return known;
    const bytes = encodeText(text);
    const at = this.#functions.malloc(bytes.length + 1);
    if (at === 0) throw new RangeError('out of memory');
    this.#heap.write(at, bytes);
    this.#heap.setInt8(at + bytes.length, 0);
    this.#addresses.set(text, at);
    return at;
  }
}

/** The memory context that palloc uses now. */
export function currentContext(engine: Engine): number {
  return engine.heap.int32(engine.addressOf.CurrentMemoryContext);
}

/**
 * Runs a body with another current memory context and switches back, also when the body throws
 * (MemoryContextSwitchTo, which C has inline).
 */
export function inContext<T>(engine: Engine, context: number, body: () => T): T {
  const { heap, addressOf } = engine;
  const outer = heap.int32(addressOf.CurrentMemoryContext);
  heap.setInt32(addressOf.CurrentMemoryContext, context);
  try {
    return body();
  } finally {
    heap.setInt32(addressOf.CurrentMemoryContext, outer);
  }
}

/** A zero-terminated copy of a string in the current memory context. */
export function pallocCString(engine: Engine, text: string): number {
  const bytes = encodeText(text);
  const at = engine.functions.palloc(bytes.length + 1);
  engine.heap.write(at, bytes);
  engine.heap.setInt8(at + bytes.length, 0);
  return at;
}

/** Runs a body with a C string that is freed when the body returns; an engine error frees it with its context. */
export function withCString<T>(engine: Engine, text: string, body: (at: number) => T): T {
  const at = pallocCString(engine, text);
  const result = body(at);
  engine.functions.pfree(at);
  return result;
}

/** Runs a body with `byteLength` zeroed bytes of scratch memory. */
export function withScratch<T>(engine: Engine, byteLength: number, body: (at: number) => T): T {
  const at = engine.functions.palloc0(byteLength);
  const result = body(at);
  engine.functions.pfree(at);
  return result;
}

/** The bytes of a varlena that is neither compressed nor stored out of line (varatt.h). */
export function varlenaRange(heap: Heap, at: number): { readonly at: number; readonly byteLength: number } {
  const header = heap.int8(at);
  if ((header & 1) === 1) return { at: at + 1, byteLength: (header >> 1) - 1 };
  return { at: at + 4, byteLength: (heap.uint32(at) >>> 2) - 4 };
}

/** A varlena with these bytes in the current memory context. */
export function pallocVarlena(engine: Engine, bytes: Uint8Array): number {
  const at = engine.functions.palloc(bytes.length + 4);
  engine.heap.setInt32(at, (bytes.length + 4) << 2);
  engine.heap.write(at + 4, bytes);
  return at;
}
