import { UsageError } from '../errors.ts';

const MAX_DIMENSIONS = 6;
/** An element that must be quoted: empty, NULL, or with a character that means something in an array literal. */
const NEEDS_QUOTES = /^$|^null$|[{}",;\\\s]/i;

/**
 * An array literal (manual: "Array Value Input"): nested arrays are dimensions, null and undefined are NULL.
 *
 * @param elementText - the text of one element
 * @throws UsageError when nested arrays differ in length or nest deeper than six.
 */
export function arrayText(
  values: readonly unknown[],
  elementText: (value: unknown) => string | null,
  delimiter: ',' | ';' = ',',
  lowerBounds: readonly number[] | undefined = undefined,
): string {
  const lengths = dimensionsOf(values);
  const literal = writeLevel(values, lengths, 0, elementText, delimiter);
  if (lowerBounds === undefined) return literal;
  const prefix = lengths.map((length, index) => {
    const lower = lowerBounds[index] ?? 1;
    return `[${lower}:${lower + length - 1}]`;
  });
  return `${prefix.join('')}=${literal}`;
}

/** The lengths along the first elements; what is not of these lengths is found while writing. */
export function dimensionsOf(values: readonly unknown[]): readonly number[] {
  const lengths: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) {
    if (lengths.length === MAX_DIMENSIONS) throw new UsageError(`an array has at most ${MAX_DIMENSIONS} dimensions`);
    lengths.push(level.length);
  }
  return lengths.includes(0) ? [] : lengths;
}

function writeLevel(
  values: readonly unknown[],
  lengths: readonly number[],
  level: number,
  elementText: (value: unknown) => string | null,
  delimiter: string,
): string {
  if (lengths.length === 0) return '{}';
  if (values.length !== lengths[level]) throw ragged();
  const isInnermost = level === lengths.length - 1;
  const parts = values.map((value) => {
    if (Array.isArray(value) === isInnermost) throw ragged();
    return Array.isArray(value)
      ? writeLevel(value, lengths, level + 1, elementText, delimiter)
      : quoteElement(value === null || value === undefined ? null : elementText(value));
  });
  return `{${parts.join(delimiter)}}`;
}

function ragged(): UsageError {
  return new UsageError('nested arrays must have equal lengths');
}

function quoteElement(text: string | null): string {
  if (text === null) return 'NULL';
  return NEEDS_QUOTES.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}
