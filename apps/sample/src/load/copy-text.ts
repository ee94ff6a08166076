/** What a column of the sample's data sets can hold; a plain object becomes JSON. */
export type CopyValue = string | number | boolean | Date | null | readonly (string | number)[] | CopyJson;

/** An object that goes into a `json` or `jsonb` column. */
export interface CopyJson {
  readonly [key: string]: unknown;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Writes one row in the text format of COPY: fields parted by tabs, `\N` for NULL, ended by a newline.
 *
 * See "COPY", Text Format, in the PostgreSQL manual.
 */
export function encodeCopyRow(values: readonly CopyValue[]): string {
  return `${values.map((value) => (value === null ? '\\N' : escapeField(formatValue(value)))).join('\t')}\n`;
}

function escapeField(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (char) => ESCAPES[char] ?? char);
}

function formatValue(value: Exclude<CopyValue, null>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (isArray(value)) return formatArray(value);
  return JSON.stringify(value);
}

// Array.isArray does not narrow a readonly array away from an object type.
function isArray(value: readonly (string | number)[] | CopyJson): value is readonly (string | number)[] {
  return Array.isArray(value);
}

function formatArray(elements: readonly (string | number)[]): string {
  const quoted = elements.map((element) =>
    typeof element === 'number' ? String(element) : `"${element.replace(/["\\]/g, '\\$&')}"`,
  );
  return `{${quoted.join(',')}}`;
}
