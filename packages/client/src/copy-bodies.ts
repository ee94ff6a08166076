/** The type byte and length in front of the data of each CopyData message. */
const HEADER_BYTES = 5;
const WORD_BYTES = 4;
const BLOCK_BYTES = 4 * WORD_BYTES;

/**
 * The data of a run of `count` CopyData messages side by side in memory of its own.
 *
 * Rows are short: words copied in a loop are twice as fast as a call that copies for each of them.
 */
export function joinCopyBodies(bytes: Uint8Array, start: number, end: number, count: number): Uint8Array {
  const joined = new Uint8Array(end - start - count * HEADER_BYTES);
  if (count === 1) {
    joined.set(bytes.subarray(start + HEADER_BYTES, end));
    return joined;
  }
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const into = new DataView(joined.buffer);
  let to = 0;
  for (let at = start; at < end; ) {
    const next = at + 1 + from.getUint32(at + 1);
    at += HEADER_BYTES;
    for (; next - at >= BLOCK_BYTES; at += BLOCK_BYTES, to += BLOCK_BYTES) {
      into.setInt32(to, from.getInt32(at));
      into.setInt32(to + WORD_BYTES, from.getInt32(at + WORD_BYTES));
      into.setInt32(to + 2 * WORD_BYTES, from.getInt32(at + 2 * WORD_BYTES));
      into.setInt32(to + 3 * WORD_BYTES, from.getInt32(at + 3 * WORD_BYTES));
    }
    for (; next - at >= WORD_BYTES; at += WORD_BYTES, to += WORD_BYTES) into.setInt32(to, from.getInt32(at));
    for (; at < next; at += 1, to += 1) joined[to] = bytes[at] ?? 0;
  }
  return joined;
}
