/** A string as a SQL literal. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** A name as a SQL identifier, quoted whether it needs it or not. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
