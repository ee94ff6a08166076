import { ByteBuilder } from './byte-builder.ts';
import { asciiText, readInt32, readInt64, readUint32, requireLength, wrongKind } from './bytes.ts';
import { civilDay, clockMicroseconds, clockText, daysSince2000, dayText, twoDigits } from './calendar.ts';
import type { TypeCodec } from './codec.ts';

/**
 * Dates and times are text in ISO 8601 as PostgreSQL writes it, because no number of JavaScript holds them all:
 * microseconds, `infinity`, years BC and past 9999. `timestamptz` is in UTC whatever the session's time zone.
 */

const DAY_MICROSECONDS = 86_400_000_000;
const DAY_MICROSECONDS_BIG = 86_400_000_000n;
const MAX_INT32 = 0x7fff_ffff;
const MIN_INT32 = -0x8000_0000;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const DATE = /^([0-9]{4,7})-([0-9]{2})-([0-9]{2})( BC)?$/;
const TIME = /^([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?$/;
const TIMESTAMP =
  /^([0-9]{4,7})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9:]+)?( BC)?$/;
const OFFSET = /^([+-])([0-9]{2})(?::?([0-9]{2}))?(?::?([0-9]{2}))?$/;

function requireText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongKind(name, 'ISO 8601 text or a Date');
  return value;
}

/** A Date as PostgreSQL's text in UTC. Throws UsageError for an invalid Date. */
export function dateTimeText(date: Date): string {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) throw wrongKind('timestamptz', 'a valid Date');
  return timestampText(BigInt(milliseconds) * 1000n - EPOCH_1970, '+00');
}

/** A Date's text, or the text that the value is. */
function isoText(name: string, value: unknown): string {
  return value instanceof Date ? dateTimeText(value) : requireText(name, value);
}

/** Microseconds from 1970 to 2000. */
const EPOCH_1970 = 946_684_800_000_000n;

function yearOf(digits: string, era: string | undefined): number {
  return era === undefined ? Number(digits) : 1 - Number(digits);
}

function dateText(days: number): string {
  if (days === MAX_INT32) return 'infinity';
  if (days === MIN_INT32) return '-infinity';
  const civil = civilDay(days);
  return dayText(civil) + (civil.year > 0 ? '' : ' BC');
}

function dateDays(text: string): number {
  if (text === 'infinity') return MAX_INT32;
  if (text === '-infinity') return MIN_INT32;
  const [, year, month, day, era] = DATE.exec(text.length > 10 && text.includes('T') ? text.slice(0, 10) : text) ?? [];
  if (year === undefined) throw wrongKind('date', 'YYYY-MM-DD');
  return daysSince2000({ year: yearOf(year, era), month: Number(month), day: Number(day) });
}

/** A timestamp of microseconds since 2000, with a zone behind the time. */
export function timestampText(microseconds: bigint, zone: '' | '+00'): string {
  if (microseconds === MAX_INT64) return 'infinity';
  if (microseconds === MIN_INT64) return '-infinity';
  let days = microseconds / DAY_MICROSECONDS_BIG;
  let rest = microseconds % DAY_MICROSECONDS_BIG;
  if (rest < 0n) {
    rest += DAY_MICROSECONDS_BIG;
    days -= 1n;
  }
  return civilText(Number(days), Number(rest), zone);
}

function civilText(days: number, microseconds: number, zone: '' | '+00'): string {
  const civil = civilDay(days);
  return `${dayText(civil)} ${clockText(microseconds)}${zone}${civil.year > 0 ? '' : ' BC'}`;
}

/** Microseconds up to 2^53 are plain numbers: all dates from 1714 to 2285. */
function decodeTimestamp(bytes: Uint8Array, start: number, zone: '' | '+00'): string {
  const high = readInt32(bytes, start);
  if (high < -0x20_0000 || high >= 0x20_0000) return timestampText(readInt64(bytes, start), zone);
  const microseconds = high * 2 ** 32 + readUint32(bytes, start + 4);
  const days = Math.floor(microseconds / DAY_MICROSECONDS);
  return civilText(days, microseconds - days * DAY_MICROSECONDS, zone);
}

/** Microseconds since 2000, in UTC when the text has an offset. */
export function timestampMicroseconds(name: string, text: string): bigint {
  if (text === 'infinity') return MAX_INT64;
  if (text === '-infinity') return MIN_INT64;
  const [, year, month, day, hours, minutes, seconds, fraction, zone, era] = TIMESTAMP.exec(text) ?? [];
  if (year === undefined) throw wrongKind(name, 'YYYY-MM-DD HH:MM:SS');
  const days = daysSince2000({ year: yearOf(year, era), month: Number(month), day: Number(day) });
  const clock = clockMicroseconds(hours ?? '0', minutes ?? '0', seconds, fraction);
  return BigInt(days) * DAY_MICROSECONDS_BIG + BigInt(clock) - BigInt(offsetSeconds(zone)) * 1_000_000n;
}

/** Seconds east of Greenwich. */
function offsetSeconds(zone: string | undefined): number {
  const [, sign, hours, minutes = '0', seconds = '0'] = OFFSET.exec(zone ?? '') ?? [];
  if (hours === undefined) return 0;
  const east = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return sign === '-' ? -east : east;
}

/** `+HH[:MM[:SS]]` of seconds west of Greenwich, as timetz carries them. */
function zoneText(secondsWest: number): string {
  const east = -secondsWest;
  const absolute = Math.abs(east);
  const parts = [Math.floor(absolute / 3600), Math.floor(absolute / 60) % 60, absolute % 60];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return (east < 0 ? '-' : '+') + parts.map(twoDigits).join(':');
}

function timeMicroseconds(name: string, text: string): number {
  const [, hours, minutes, seconds, fraction] = TIME.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) throw wrongKind(name, 'HH:MM:SS');
  return clockMicroseconds(hours, minutes, seconds, fraction);
}

/** Text of a timestamptz in UTC; what is not ISO (another DateStyle) stays as it is. */
function utcText(text: string): string {
  if (text.endsWith('+00') || !TIMESTAMP.test(text)) return text;
  return timestampText(timestampMicroseconds('timestamptz', text), '+00');
}

function encodeTimestamp(name: string, value: unknown): Uint8Array {
  return new ByteBuilder().int64(timestampMicroseconds(name, isoText(name, value))).take();
}

/** date, time, timetz, timestamp and timestamptz as text. */
export const dateTimeCodecs: readonly TypeCodec[] = [
  {
    oid: 1082,
    arrayOid: 1182,
    name: 'date',
    preferredFormat: 1,
    decodeText: asciiText,
    decodeBinary(bytes, start, end) {
      requireLength('date', start, end, 4);
      return dateText(readInt32(bytes, start));
    },
    encodeText: (value) => isoText('date', value),
    encodeBinary: (value) => new ByteBuilder().int32(dateDays(isoText('date', value))).take(),
  },
  {
    oid: 1083,
    arrayOid: 1183,
    name: 'time',
    preferredFormat: 1,
    decodeText: asciiText,
    decodeBinary(bytes, start, end) {
      requireLength('time', start, end, 8);
      return clockText(Number(readInt64(bytes, start)));
    },
    encodeText: (value) => requireText('time', value),
    encodeBinary: (value) =>
      new ByteBuilder().int64(BigInt(timeMicroseconds('time', requireText('time', value)))).take(),
  },
  {
    oid: 1266,
    arrayOid: 1270,
    name: 'timetz',
    preferredFormat: 1,
    decodeText: asciiText,
    decodeBinary(bytes, start, end) {
      requireLength('timetz', start, end, 12);
      return clockText(Number(readInt64(bytes, start))) + zoneText(readInt32(bytes, start + 8));
    },
    encodeText: (value) => requireText('timetz', value),
    encodeBinary(value) {
      const [, clock = '', zone = ''] = /^([^+-]+)([+-].+)$/.exec(requireText('timetz', value)) ?? [];
      const microseconds = BigInt(timeMicroseconds('timetz', clock));
      return new ByteBuilder().int64(microseconds).int32(-offsetSeconds(zone)).take();
    },
  },
  {
    oid: 1114,
    arrayOid: 1115,
    name: 'timestamp',
    preferredFormat: 1,
    decodeText: asciiText,
    decodeBinary(bytes, start, end) {
      requireLength('timestamp', start, end, 8);
      return decodeTimestamp(bytes, start, '');
    },
    encodeText: (value) => isoText('timestamp', value),
    encodeBinary: (value) => encodeTimestamp('timestamp', value),
  },
  {
    oid: 1184,
    arrayOid: 1185,
    name: 'timestamptz',
    preferredFormat: 1,
    decodeText: (bytes, start, end) => utcText(asciiText(bytes, start, end)),
    decodeBinary(bytes, start, end) {
      requireLength('timestamptz', start, end, 8);
      return decodeTimestamp(bytes, start, '+00');
    },
    encodeText: (value) => isoText('timestamptz', value),
    encodeBinary: (value) => encodeTimestamp('timestamptz', value),
  },
];

/** How `date`, `timestamp` (taken as UTC) and `timestamptz` become a Date: milliseconds remain of what they were. */
function asDate(codec: TypeCodec): TypeCodec {
  const toDate = (text: unknown): Date => {
    const microseconds =
      codec.name === 'date' ? dateMicroseconds(String(text)) : timestampMicroseconds(codec.name, String(text));
    if (microseconds === MAX_INT64 || microseconds === MIN_INT64) return new Date(Number.NaN);
    return new Date(Math.floor(Number((microseconds + EPOCH_1970) / 1000n)));
  };
  return {
    ...codec,
    decodeText: (bytes, start, end) => toDate(codec.decodeText(bytes, start, end)),
    decodeBinary: (bytes, start, end) => toDate(codec.decodeBinary(bytes, start, end)),
  };
}

function dateMicroseconds(text: string): bigint {
  const days = dateDays(text);
  if (days === MAX_INT32) return MAX_INT64;
  return days === MIN_INT32 ? MIN_INT64 : BigInt(days) * DAY_MICROSECONDS_BIG;
}

/**
 * Codecs that give `date`, `timestamp` and `timestamptz` as Date instead of text: infinity becomes an invalid Date,
 * microseconds are cut off.
 *
 * @example
 * ```ts
 * await connect(conninfo, { types: new TypeRegistry().with(...dateCodecs) });
 * ```
 */
export const dateCodecs: readonly TypeCodec[] = dateTimeCodecs
  .filter(({ name }) => name === 'date' || name === 'timestamp' || name === 'timestamptz')
  .map(asDate);
