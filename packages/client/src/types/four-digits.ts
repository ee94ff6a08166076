/** The number that four digits write; −1 where they are not four digits. */
export function fourDigits(view: DataView, at: number): number {
  const word = view.getInt32(at, true) ^ 0x3030_3030;
  // Of a digit 0 to 9 are left; anything else has, or gets by adding 6, a bit in the upper half of its byte.
  if (((word | (word + 0x0606_0606)) & 0xf0f0_f0f0) !== 0) return -1;
  // Ten times each byte joins the one behind it, then a hundred times each pair.
  const pairs = (Math.imul(word, (10 << 8) + 1) >>> 8) & 0x00ff_00ff;
  return Math.imul(pairs, (100 << 16) + 1) >>> 16;
}
