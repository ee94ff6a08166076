import type { DecodeText } from '@pg-dblink/protocol';
import { ByteBuilder } from './byte-builder.ts';
import { asciiText, readInt32, readInt64, readUint32, requireLength, wrongKind } from './bytes.ts';
import { civilDay, clockMicroseconds, clockText, daysSince2000, dayText, twoDigits } from './calendar.ts';
import type { DecodeValue, TypeCodec } from './codec.ts';
import { readIsoDay, readIsoTimestamp } from './iso-reader.ts';
import { isoWriter, type WriteIso } from './iso-writer.ts';
import { textual } from './textual.ts';

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
function textOf(name: string, value: unknown): string {
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

/** Microseconds since 2000 as a number; NaN beyond 2^53, that is before 1714 and after 2285. */
function readMicroseconds(bytes: Uint8Array, start: number): number {
  const high = readInt32(bytes, start);
  if (high < -0x20_0000 || high >= 0x20_0000) return Number.NaN;
  return high * 2 ** 32 + readUint32(bytes, start + 4);
}

function isoText(microseconds: number, zone: '' | '+00', write: WriteIso): string {
  const days = Math.floor(microseconds / DAY_MICROSECONDS);
  return write(days, microseconds - days * DAY_MICROSECONDS, zone);
}

function decodeTimestamp(name: string, zone: '' | '+00'): DecodeValue {
  return textual((decodeText) => {
    const write = isoWriter(decodeText);
    return (bytes, start, end) => {
      requireLength(name, start, end, 8);
      const microseconds = readMicroseconds(bytes, start);
      if (Number.isNaN(microseconds)) return timestampText(readInt64(bytes, start), zone);
      return isoText(microseconds, zone, write);
    };
  });
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
function decodeTimestamptz(decodeText: DecodeText): DecodeValue {
  const write = isoWriter(decodeText);
  return (bytes, start, end, view) => {
    // `+00`, which is what a session in UTC sends.
    if (bytes[end - 3] === 0x2b && bytes[end - 2] === 0x30 && bytes[end - 1] === 0x30) {
      return decodeText(bytes, start, end, view);
    }
    const microseconds = readIsoTimestamp(bytes, start, end, view);
    if (!Number.isNaN(microseconds)) return isoText(microseconds, '+00', write);
    const text = decodeText(bytes, start, end);
    return TIMESTAMP.test(text) ? timestampText(timestampMicroseconds('timestamptz', text), '+00') : text;
  };
}

function encodeTimestamp(name: string, value: unknown): Uint8Array {
  return new ByteBuilder().int64(timestampMicroseconds(name, textOf(name, value))).take();
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
    encodeText: (value) => textOf('date', value),
    encodeBinary: (value) => new ByteBuilder().int32(dateDays(textOf('date', value))).take(),
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
    decodeBinary: decodeTimestamp('timestamp', ''),
    encodeText: (value) => textOf('timestamp', value),
    encodeBinary: (value) => encodeTimestamp('timestamp', value),
  },
  {
    oid: 1184,
    arrayOid: 1185,
    name: 'timestamptz',
    preferredFormat: 1,
    decodeText: textual(decodeTimestamptz),
    decodeBinary: decodeTimestamp('timestamptz', '+00'),
    encodeText: (value) => textOf('timestamptz', value),
    encodeBinary: (value) => encodeTimestamp('timestamptz', value),
  },
];

/** How `date`, `timestamp` (taken as UTC) and `timestamptz` become a Date: milliseconds remain of what they were. */
function asDate(codec: TypeCodec): TypeCodec {
  const toDate = (text: unknown): Date => {
    const microseconds =
      codec.name === 'date' ? dateMicroseconds(String(text)) : timestampMicroseconds(codec.name, String(text));
    if (microseconds === MAX_INT64 || microseconds === MIN_INT64) return new Date(Number.NaN);
    return new Date(Number(floorDivision(microseconds + EPOCH_1970, 1000n)));
  };
  return {
    ...codec,
    decodeText(bytes, start, end, view) {
      const microseconds =
        codec.name === 'date' && end - start === 10
          ? readIsoDay(bytes, start, end) * DAY_MICROSECONDS
          : readIsoTimestamp(bytes, start, end, view);
      return Number.isNaN(microseconds) ? toDate(codec.decodeText(bytes, start, end)) : dateOf(microseconds);
    },
    decodeBinary(bytes, start, end) {
      const microseconds = end - start === 8 ? readMicroseconds(bytes, start) : Number.NaN;
      return Number.isNaN(microseconds) ? toDate(codec.decodeBinary(bytes, start, end)) : dateOf(microseconds);
    },
  };
}

/** BigInt's own division rounds towards zero, which would change digits of a time before 1970. */
function floorDivision(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return quotient * divisor > dividend ? quotient - 1n : quotient;
}

/** Microseconds since 2000, cut off to milliseconds. */
function dateOf(microseconds: number): Date {
  return new Date(Math.floor(microseconds / 1000) + 946_684_800_000);
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
