import type { Numbers } from './blocks.ts';
import type { FieldRanges, Fill, JoinedTexts, Kernel, Kernels, RowFinder } from './field-finder.ts';
import { KERNELS } from './kernels.generated.ts';

/** Where things lie in the memory of the kernels: see tools/gen/src/sources/kernels. */
const FOUND_ROWS = 1016;
const STARTS = 2048;
const ENDS = 18_432;
const NULLS = 34_816;
const MADE = 38_912;
const TEXTS = 43_008;
const RECEIVED = 108_640;
const MAX_FIELDS = 4096;
const MAX_ROWS = 512;
/** What is received is looked at in pieces of so many bytes; a longer row is left to the plain loops. */
const PIECE_BYTES = 65_536;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  find(at: number, end: number, columns: number, stride: number, most: number): number;
  integers(field: number, rows: number, into: number, wide: 0 | 1): number;
  timestamps(field: number, rows: number, into: number): number;
  floats(field: number, rows: number, into: number, single: 0 | 1): number;
  texts(field: number, rows: number, into: number, used: number): number;
  booleans(field: number, rows: number, into: number): number;
  nulls(field: number, rows: number, into: number): number;
}

/** The part of the WebAssembly interface that is used. */
interface Runtime {
  readonly WebAssembly: {
    instantiate(bytes: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>;
  };
}

/** How a kernel is called, and where in its memory it leaves what it makes. */
interface Loop {
  readonly made: Numbers;
  /** Answers how many rows it has done. */
  run(field: number, rows: number, into: number): number;
}

/** Loads the kernels; they take what {@link KernelFinder} finds. */
export async function loadKernels(): Promise<LoadedKernels> {
  const bytes = Uint8Array.from(KERNELS.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const { instance } = await (globalThis as unknown as Runtime).WebAssembly.instantiate(bytes);
  return new LoadedKernels(instance.exports as Exports);
}

/**
 * The kernels and their memory, which is written to anew for each run of rows: all results of a process share it, for
 * a run is read without a pause.
 */
export class LoadedKernels implements Kernels {
  readonly exports: Exports;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #loops: Readonly<Record<Kernel, Loop>>;
  readonly #textEnds: Uint32Array;
  /** A single row of the memory, for the plain loops. */
  readonly #oneRow: FieldRanges;

  constructor(exports: Exports) {
    const { buffer } = exports.memory;
    this.exports = exports;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    const int64 = new BigInt64Array(buffer, MADE, MAX_ROWS);
    const float64 = new Float64Array(buffer, MADE, MAX_ROWS);
    const made = new Uint8Array(buffer, MADE, MAX_ROWS);
    this.#textEnds = new Uint32Array(buffer, MADE, MAX_ROWS);
    const int32 = (values: Numbers): Loop => ({
      made: values,
      run: (field, rows, into) => exports.integers(field, rows, into, 0),
    });
    this.#loops = {
      int32: int32(new Int32Array(buffer, MADE, MAX_ROWS)),
      uint32: int32(this.#textEnds),
      int64: { made: int64, run: (field, rows, into) => exports.integers(field, rows, into, 1) },
      timestamp: { made: int64, run: (field, rows, into) => exports.timestamps(field, rows, into) },
      float4: { made: float64, run: (field, rows, into) => exports.floats(field, rows, into, 1) },
      float8: { made: float64, run: (field, rows, into) => exports.floats(field, rows, into, 0) },
      boolean: { made, run: (field, rows, into) => exports.booleans(field, rows, into) },
      nulls: { made, run: (field, rows, into) => exports.nulls(field, rows, into) },
    };
    this.#oneRow = { ...this.rangesOf(1), rows: 1 };
  }

  /** Where the fields are that `find` finds. */
  rangesOf(stride: number): Omit<FieldRanges, 'rows'> {
    const { bytes, view } = this;
    const { buffer } = bytes;
    return {
      bytes,
      view,
      starts: new Int32Array(buffer, STARTS, MAX_FIELDS),
      ends: new Int32Array(buffer, ENDS, MAX_FIELDS),
      nulls: new Uint8Array(buffer, NULLS, MAX_FIELDS),
      stride,
      kernels: this,
    };
  }

  /**
   * A finder of rows with so many columns, which leaves a row to the plain one when it is too long or torn; undefined
   * where the columns are too many.
   */
  finderOf(columnCount: number, plain: RowFinder): RowFinder | undefined {
    return columnCount > MAX_FIELDS ? undefined : new KernelFinder(this, columnCount, plain);
  }

  fill<A extends Numbers>(
    kernel: Kernel,
    { rows }: FieldRanges,
    first: number,
    array: A,
    into: number,
    plain: Fill<A>,
  ): void {
    const { made, run } = this.#loops[kernel];
    for (let done = 0; ; done++) {
      done += run((first + done) * 4, rows - done, MADE + done * made.BYTES_PER_ELEMENT);
      if (done === rows) break;
      // The two are of one kind, which the compiler cannot see.
      plain(this.#oneRow, first + done, made as A, done);
    }
    (array as Uint8Array).set(made.subarray(0, rows) as Uint8Array, into);
  }

  joinTexts({ rows }: FieldRanges, first: number, before: number): JoinedTexts {
    const end = this.exports.texts(first * 4, rows, MADE, before);
    const byteLength = (end - before) >>> 0;
    return { bytes: this.bytes.subarray(TEXTS, TEXTS + byteLength), ends: this.#textEnds.subarray(0, rows) };
  }
}

/** Finds fields in the memory of the kernels, into which it copies what was received. */
class KernelFinder implements RowFinder {
  readonly #kernels: LoadedKernels;
  readonly #columnCount: number;
  readonly #ranges: FieldRanges & { rows: number };
  readonly #plain: RowFinder;
  #bytes: Uint8Array = new Uint8Array(0);
  /** Which bytes are in the memory. */
  #pieceStart = 0;
  #pieceEnd = 0;
  found: FieldRanges;

  constructor(kernels: LoadedKernels, columnCount: number, plain: RowFinder) {
    this.#kernels = kernels;
    this.#columnCount = columnCount;
    const stride = Math.min(MAX_ROWS, Math.floor(MAX_FIELDS / Math.max(columnCount, 1)));
    this.#ranges = { ...kernels.rangesOf(stride), rows: 0 };
    this.#plain = plain;
    this.found = this.#ranges;
  }

  begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#pieceStart = 0;
    this.#pieceEnd = 0;
  }

  finish(): void {
    this.begin(new Uint8Array(0));
    this.#plain.finish();
  }

  find(start: number, end: number, most: number): number {
    if (start >= this.#pieceEnd) this.#take(start, end);
    let next = this.#findHere(start, most);
    // A row that the piece cuts in two begins the next one.
    if (this.#ranges.rows === 0 && this.#pieceStart < start) {
      this.#take(start, end);
      next = this.#findHere(start, most);
    }
    this.found = this.#ranges;
    return this.#ranges.rows > 0 ? next : this.#findPlainly(start, end);
  }

  #take(start: number, end: number): void {
    this.#pieceStart = start;
    this.#pieceEnd = Math.min(end, start + PIECE_BYTES);
    this.#kernels.bytes.set(this.#bytes.subarray(start, this.#pieceEnd), RECEIVED);
  }

  #findHere(start: number, most: number): number {
    const { exports, view } = this.#kernels;
    const { nulls, stride } = this.#ranges;
    nulls.fill(0, 0, this.#columnCount);
    const shift = RECEIVED - this.#pieceStart;
    const limit = Math.min(most, stride);
    const next = exports.find(start + shift, this.#pieceEnd + shift, this.#columnCount, stride, limit);
    this.#ranges.rows = view.getInt32(FOUND_ROWS, true);
    return next - shift;
  }

  /** A row that is longer than a piece, or torn. */
  #findPlainly(start: number, end: number): number {
    this.#plain.begin(this.#bytes);
    const next = this.#plain.find(start, end, 1);
    this.found = this.#plain.found;
    return next;
  }
}
