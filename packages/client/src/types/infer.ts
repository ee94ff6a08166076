import { UsageError } from '../errors.ts';
import type { Parameter } from '../machine/requests.ts';
import { arrayText } from './array-text.ts';

/**
 * A parameter whose type only the server knows, as the text that the type's input function takes; bytes travel in
 * binary. Dates are written in UTC, arrays as array literals, other objects as JSON.
 *
 * @throws UsageError for what has no such text: functions, symbols, invalid dates.
 */
export function inferParameter(value: unknown): Parameter {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : inferObject(value);
    default:
      throw new UsageError(`a ${typeof value} cannot be a parameter`);
  }
}

function inferObject(value: object): Parameter {
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) return dateText(value);
  if (Array.isArray(value)) return arrayText(value, elementText);
  return JSON.stringify(value);
}

function elementText(value: unknown): string | null {
  const parameter = inferParameter(value);
  return parameter instanceof Uint8Array ? byteaText(parameter) : parameter;
}

/** bytea's hex format. */
export function byteaText(bytes: Uint8Array): string {
  let text = '\\x';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** ISO 8601 in UTC; years before 1 are BC, of which there is no year 0. */
export function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new UsageError('an invalid Date cannot be a parameter');
  const year = date.getUTCFullYear();
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  const rest = date
    .toISOString()
    .replace(/^[+-]?[0-9]+/, '')
    .replace('T', ' ')
    .replace('Z', '+00');
  return `${shown}${rest}${year > 0 ? '' : ' BC'}`;
}
