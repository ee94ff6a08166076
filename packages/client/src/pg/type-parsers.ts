import { parseArrayText } from '../types/array-parse.ts';
import { parseInterval } from '../types/interval.ts';
import { builtins } from './builtins.ts';

/** Makes a value of a column's text. */
export type TypeParser = (text: string) => unknown;

/** What node-postgres calls an interval: only the parts that are not zero. */
export interface IntervalParts {
  years?: number;
  months?: number;
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
}

const TIMESTAMP =
  /^([0-9]{1,7})-([0-9]{2})-([0-9]{2})(?: ([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?([+-][0-9:]+)?)?( BC)?$/;
const OFFSET = /^([+-])([0-9]{2})(?::?([0-9]{2}))?(?::?([0-9]{2}))?$/;

/** Dates as node-postgres makes them: without an offset the text is local time; infinity is a number. */
function parseDate(text: string): Date | number | null {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '0', zone, era] =
    TIMESTAMP.exec(text) ?? [];
  if (year === undefined) return null;
  const fullYear = era === undefined ? Number(year) : 1 - Number(year);
  const milliseconds = Math.floor(Number(fraction) * 1000);
  const date = new Date(0);
  if (zone === undefined) {
    date.setFullYear(fullYear, Number(month) - 1, Number(day));
    date.setHours(Number(hours), Number(minutes), Number(seconds), milliseconds);
    return date;
  }
  date.setUTCFullYear(fullYear, Number(month) - 1, Number(day));
  date.setUTCHours(Number(hours), Number(minutes), Number(seconds), milliseconds);
  const [, sign, zoneHours = '0', zoneMinutes = '0', zoneSeconds = '0'] = OFFSET.exec(zone) ?? [];
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60 + Number(zoneSeconds);
  return new Date(date.getTime() - (sign === '-' ? -offset : offset) * 1000);
}

function parseIntervalParts(text: string): IntervalParts {
  const interval = parseInterval(text);
  if (typeof interval === 'string') return {};
  const microseconds = Number(interval.microseconds);
  const seconds = Math.trunc(microseconds / 1e6);
  const parts: Required<IntervalParts> = {
    years: Math.trunc(interval.months / 12),
    months: interval.months % 12,
    days: interval.days,
    hours: Math.trunc(seconds / 3600),
    minutes: Math.trunc(seconds / 60) % 60,
    seconds: seconds % 60,
    milliseconds: (microseconds - seconds * 1e6) / 1000,
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== 0)) as IntervalParts;
}

function parseBytea(text: string): Buffer {
  if (text.startsWith('\\x')) return Buffer.from(text.slice(2), 'hex');
  const bytes = text.replace(/\\([0-7]{3}|\\)/g, (_, code: string) =>
    code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(bytes, 'latin1');
}

function numbersOf(text: string): readonly number[] {
  return text
    .replace(/[()<>]/g, '')
    .split(',')
    .map(Number);
}

function parsePoint(text: string): { readonly x: number; readonly y: number } {
  const [x = 0, y = 0] = numbersOf(text);
  return { x, y };
}

function parseCircle(text: string): { readonly x: number; readonly y: number; readonly radius: number } {
  const [x = 0, y = 0, radius = 0] = numbersOf(text);
  return { x, y, radius };
}

const asText: TypeParser = (text) => text;
const asNumber: TypeParser = (text) => Number(text);
const asJson: TypeParser = (text) => JSON.parse(text) as unknown;

function arrayOf(element: TypeParser): TypeParser {
  return (text) => parseArrayText('array', text, ',', element);
}

/** Element and array OIDs with the parsers that node-postgres has for them. */
const SCALARS: readonly (readonly [oid: number, arrayOid: number, parser: TypeParser])[] = [
  [builtins.BOOL, 1000, (text) => text === 't'],
  [builtins.BYTEA, 1001, parseBytea],
  [builtins.INT8, 1016, asText],
  [builtins.INT2, 1005, asNumber],
  [builtins.INT4, 1007, asNumber],
  [builtins.OID, 1028, asNumber],
  [builtins.FLOAT4, 1021, asNumber],
  [builtins.FLOAT8, 1022, asNumber],
  [builtins.DATE, 1182, parseDate],
  [builtins.TIMESTAMP, 1115, parseDate],
  [builtins.TIMESTAMPTZ, 1185, parseDate],
  [builtins.INTERVAL, 1187, parseIntervalParts],
  [builtins.JSON, 199, asJson],
  [builtins.JSONB, 3807, asJson],
  [600, 1017, parsePoint],
  [builtins.CIRCLE, 719, parseCircle],
];

/** Arrays of text of one kind or another. */
const TEXT_ARRAYS = [651, 791, 1002, 1003, 1008, 1009, 1014, 1015, 1040, 1041, 1183, 1270, 2951, 3907];

function defaultParsers(): Map<number, TypeParser> {
  const parsers = new Map<number, TypeParser>();
  for (const [oid, arrayOid, parser] of SCALARS) parsers.set(oid, parser).set(arrayOid, arrayOf(parser));
  for (const oid of TEXT_ARRAYS) parsers.set(oid, arrayOf(asText));
  // node-postgres leaves numeric as text, but not its arrays.
  return parsers.set(1231, arrayOf(asNumber));
}

/**
 * The parsers of text values by type OID, with node-postgres' defaults: int8 and numeric stay text, dates become Date.
 *
 * @example
 * ```ts
 * const types = new TypeParsers();
 * types.setTypeParser(types.builtins.INT8, BigInt);
 * const pool = new Pool({ connectionString, types });
 * ```
 */
export class TypeParsers {
  readonly builtins: typeof builtins = builtins;
  readonly #parsers = defaultParsers();

  setTypeParser(oid: number, parser: TypeParser): void;
  setTypeParser(oid: number, format: 'text' | 'binary', parser: TypeParser): void;
  setTypeParser(oid: number, formatOrParser: 'text' | 'binary' | TypeParser, parser?: TypeParser): void {
    if (typeof formatOrParser === 'function') this.#parsers.set(oid, formatOrParser);
    else if (formatOrParser === 'text' && parser !== undefined) this.#parsers.set(oid, parser);
  }

  getTypeParser(oid: number, format?: string): TypeParser {
    return (format === 'binary' ? undefined : this.#parsers.get(oid)) ?? asText;
  }
}

/** The part of {@link TypeParsers} that a query or a client may bring along. */
export interface TypeParserSource {
  getTypeParser(oid: number, format?: string): TypeParser;
}
