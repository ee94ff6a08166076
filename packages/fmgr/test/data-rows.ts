/** A field: text, bytes as they are, or NULL. */
export type FieldValue = string | Uint8Array | null;

/** A DataRow message, header included, built byte by byte. */
export function dataRow(fields: readonly FieldValue[]): Uint8Array {
  const body: number[] = [(fields.length >> 8) & 0xff, fields.length & 0xff];
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    if (field === null) {
      body.push(0xff, 0xff, 0xff, 0xff);
      continue;
    }
    const bytes = typeof field === 'string' ? new TextEncoder().encode(field) : field;
    body.push(
      (bytes.length >>> 24) & 0xff,
      (bytes.length >> 16) & 0xff,
      (bytes.length >> 8) & 0xff,
      bytes.length & 0xff,
    );
    parts.push(Uint8Array.from(body.splice(0)), bytes);
  }
  const content = joined([...parts, Uint8Array.from(body)]);
  const length = content.length + 4;
  const header = [0x44, (length >>> 24) & 0xff, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
  return joined([Uint8Array.from(header), content]);
}

/** The bytes of several arrays in a row. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
