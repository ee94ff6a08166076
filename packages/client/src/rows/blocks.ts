/** Elements of the first block of a column, and of the largest. */
const FIRST_BLOCK = 256;
const LARGEST_BLOCK = 16_384;

/** The size of the block that follows one of so many elements. */
export function nextBlockLength(length: number): number {
  return length === 0 ? FIRST_BLOCK : Math.min(length * 4, LARGEST_BLOCK);
}

/** What blocks are made of. */
export type Numbers = Int32Array | Uint32Array | BigInt64Array | Float64Array | Uint8Array;

/**
 * A column that is not yet complete, in blocks: nothing is moved while it grows, and all of it once at its end, into an
 * array of just the length that is needed. Blocks are as large as the processor's second cache likes them.
 */
export class Blocks<A extends Numbers> {
  readonly #make: (length: number) => A;
  readonly #blocks: A[] = [];
  #last: A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#last = make(0);
  }

  /** The block that is being filled. */
  get last(): A {
    return this.#last;
  }

  /** The last block is full. */
  begin(length: number): void {
    this.#last = this.#make(length);
    this.#blocks.push(this.#last);
  }

  /** Copies all blocks into an array that has room for what is filled of them, from `at` on. */
  joinInto(array: A, at = 0): A {
    let next = at;
    for (const block of this.#blocks) {
      const part = block.subarray(0, Math.min(block.length, array.length - next));
      // The two are of one kind, which the compiler cannot see through the union.
      (array as Uint8Array).set(part as Uint8Array, next);
      next += part.length;
    }
    return array;
  }
}
