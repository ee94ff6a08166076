import { UsageError } from '../errors.ts';
import type { Parameter } from '../machine/requests.ts';
import { arrayText } from './array-text.ts';
import { byteaText } from './bytea.ts';
import { dateTimeText } from './date-time.ts';
import { lowerBoundsOf } from './lower-bounds.ts';

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
  if (value instanceof Date) return dateTimeText(value);
  if (Array.isArray(value)) return arrayText(value, elementText, ',', lowerBoundsOf(value));
  return JSON.stringify(value);
}

function elementText(value: unknown): string | null {
  const parameter = inferParameter(value);
  return parameter instanceof Uint8Array ? byteaText(parameter) : parameter;
}
