const PIECE_BYTES = 64 * 1024;

/** The data of `COPY copied FROM STDIN`: rows of an int and a text, in pieces of 64 KiB. */
export function copyPieces(rows: number): readonly Buffer[] {
  const lines: string[] = [];
  for (let row = 1; row <= rows; row += 1) lines.push(`${row}\tthe text of row ${row}\n`);
  const bytes = Buffer.from(lines.join(''));
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) pieces.push(bytes.subarray(at, at + PIECE_BYTES));
  return pieces;
}
