/** What is left of a character's byte when it is a digit is that digit. */
const ZEROS = 0x3030_3030;

/** The number that four digits write; −1 where they are not four digits. */
export function fourDigits(view: DataView, at: number): number {
  return numberOf(view.getInt32(at, true) ^ ZEROS);
}

/**
 * The number that the last one to four bytes before `end` write; −1 where they are not digits. Four bytes must lie
 * before `end`, and those in front of the digits do not count.
 */
export function lastDigits(view: DataView, end: number, count: number): number {
  const others = 32 - count * 8;
  return numberOf(((view.getInt32(end - 4, true) ^ ZEROS) >>> others) << others);
}

/** The first digit is the lowest byte. */
function numberOf(word: number): number {
  // Anything but 0 to 9 has, or gets by adding 6, a bit in the upper half of its byte.
  if (((word | (word + 0x0606_0606)) & 0xf0f0_f0f0) !== 0) return -1;
  // Ten times each byte joins the one behind it, then a hundred times each pair.
  const pairs = (Math.imul(word, (10 << 8) + 1) >>> 8) & 0x00ff_00ff;
  return Math.imul(pairs, (100 << 16) + 1) >>> 16;
}
