/** FNV-1a over the text of every value, each followed by a line feed; a NULL is the byte 0. As in libpq.c. */
export function textFingerprint(rows: Iterable<readonly (Uint8Array | null)[]>): string {
  let hash = 2_166_136_261;
  const take = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 16_777_619) >>> 0;
  };
  for (const row of rows) {
    for (const value of row) {
      if (value === null) take(0);
      else for (const byte of value) take(byte);
      take(0x0a);
    }
  }
  return hash.toString(16).padStart(8, '0');
}
