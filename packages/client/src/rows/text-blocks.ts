import { UsageError } from '../errors.ts';
import { Blocks } from './blocks.ts';
import type { FieldRanges } from './field-finder.ts';
import { viewOf } from './interpreted.ts';

const FIRST_BYTES = 4 * 1024;
const LARGEST_BYTES = 256 * 1024;
const MAX_BYTES = 0xffff_ffff;
/** Up to this many bytes a loop copies faster than a call. */
const FEW_BYTES = 64;

/** A column of texts that is not yet complete. */
export class TextBlocks {
  /** Where each text ends, counted from the first one's beginning. */
  readonly #ends = new Blocks((length) => new Uint32Array(length));
  readonly #full: Uint8Array[] = [];
  /** What the full blocks hold. */
  #before = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = viewOf(this.#bytes);
  #used = 0;

  /** There is no more room for the ends of texts. */
  begin(length: number): void {
    this.#ends.begin(length);
  }

  /** Takes a column of rows; the first one is number `into` of the block. */
  append(ranges: FieldRanges, first: number, into: number): void {
    const joined = ranges.kernels?.joinTexts(ranges, first, this.#before + this.#used);
    if (joined !== undefined) {
      if (this.#used + joined.bytes.length > this.#bytes.length) this.#grow(joined.bytes.length);
      this.#bytes.set(joined.bytes, this.#used);
      this.#used += joined.bytes.length;
      if (this.#before + this.#used > 0) this.#ends.last.set(joined.ends, into);
      return;
    }
    const needed = byteLengthOf(ranges, first);
    if (this.#used + needed > this.#bytes.length) this.#grow(needed);
    const { bytes, ends, rows, starts, view } = ranges;
    const ownEnds = this.#ends.last;
    const own = this.#bytes;
    const ownView = this.#view;
    const before = this.#before;
    let used = this.#used;
    for (let row = 0; row < rows; row++) {
      let at = starts[first + row] ?? -1;
      if (at >= 0) {
        const end = ends[first + row] ?? at;
        if (end - at <= FEW_BYTES) {
          for (; at + 4 <= end; at += 4, used += 4) ownView.setInt32(used, view.getInt32(at));
          for (; at < end; at++, used++) own[used] = bytes[at] ?? 0;
        } else {
          own.set(bytes.subarray(at, end), used);
          used += end - at;
        }
      }
      ownEnds[into + row] = before + used;
    }
    this.#used = used;
  }

  /** The texts one behind the other, and the offsets of so many rows and of the end. */
  finish(rows: number): { readonly bytes: Uint8Array; readonly offsets: Uint32Array } {
    const bytes = new Uint8Array(this.#before + this.#used);
    let at = 0;
    for (const block of [...this.#full, this.#bytes.subarray(0, this.#used)]) {
      bytes.set(block, at);
      at += block.length;
    }
    const offsets = new Uint32Array(rows + 1);
    // Where all texts are empty or NULL, all of them end at 0.
    return { bytes, offsets: bytes.length === 0 ? offsets : this.#ends.joinInto(offsets, 1) };
  }

  #grow(needed: number): void {
    this.#full.push(this.#bytes.subarray(0, this.#used));
    this.#before += this.#used;
    this.#used = 0;
    if (this.#before + needed > MAX_BYTES) throw new UsageError('a column of texts cannot hold more than 4 GiB');
    const { length } = this.#bytes;
    this.#bytes = new Uint8Array(Math.max(needed, FIRST_BYTES, Math.min(length * 4, LARGEST_BYTES)));
    this.#view = viewOf(this.#bytes);
  }
}

function byteLengthOf({ ends, rows, starts }: FieldRanges, first: number): number {
  let byteLength = 0;
  for (let slot = first; slot < first + rows; slot++) {
    const start = starts[slot] ?? -1;
    if (start >= 0) byteLength += (ends[slot] ?? start) - start;
  }
  return byteLength;
}
