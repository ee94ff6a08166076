import { UsageError } from '../errors.ts';
import type { Parameter } from '../machine/requests.ts';
import { arrayText } from '../types/array-text.ts';
import { byteaText } from '../types/bytea.ts';

/** An object that knows its own parameter. */
interface HasToPostgres {
  toPostgres(prepare: (value: unknown) => unknown): unknown;
}

/** `toPostgres` that returns itself must end somewhere. */
const MAX_DEPTH = 16;

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Local time with its offset, as node-postgres sends a Date. */
function localDateText(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new UsageError('an invalid Date cannot be a parameter');
  const year = date.getFullYear();
  const minutes = -date.getTimezoneOffset();
  const offset = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(minutes) / 60), 2)}:${pad(Math.abs(minutes) % 60, 2)}`;
  const day = `${pad(year > 0 ? year : 1 - year, 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
  const clock = `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
  return `${day}T${clock}.${pad(date.getMilliseconds(), 3)}${offset}${year > 0 ? '' : ' BC'}`;
}

function hasToPostgres(value: object): value is HasToPostgres {
  return 'toPostgres' in value && typeof value.toPostgres === 'function';
}

/** A value as node-postgres would send it: bytes in binary, arrays as literals, other objects as JSON. */
export function prepareValue(value: unknown, depth = 0): Parameter {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') return prepareObject(value, depth);
  if (typeof value === 'symbol' || typeof value === 'function') {
    throw new UsageError(`a ${typeof value} cannot be a parameter`);
  }
  return String(value);
}

function prepareObject(value: object, depth: number): Parameter {
  if (depth > MAX_DEPTH) throw new UsageError('toPostgres nests too deep');
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Date) return localDateText(value);
  if (Array.isArray(value)) return arrayText(value, (item) => elementText(item, depth + 1));
  if (hasToPostgres(value))
    return prepareValue(
      value.toPostgres((inner) => prepareValue(inner, depth + 1)),
      depth + 1,
    );
  return JSON.stringify(value);
}

function elementText(value: unknown, depth: number): string | null {
  const parameter = prepareValue(value, depth);
  return parameter instanceof Uint8Array ? byteaText(parameter) : parameter;
}
