import type { DecodeText } from '@pg-dblink/protocol';
import { civilDay } from './calendar.ts';

const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const POINT = 0x2e;
const BLANK = 0x20;

/** `YYYY-MM-DD HH:MM:SS.ffffff+00`. */
const MAX_BYTES = 29;

/** Writes days and microseconds as ISO 8601 text; for years from 1 to 9999. */
export type WriteIso = (days: number, microseconds: number, zone: '' | '+00') => string;

/** A writer of timestamps that puts the digits together in memory of its own: one string is made, the last one. */
export function isoWriter(decodeText: DecodeText): WriteIso {
  const bytes = new Uint8Array(MAX_BYTES);
  bytes[4] = bytes[7] = MINUS;
  bytes[10] = BLANK;
  bytes[13] = bytes[16] = COLON;
  bytes[19] = POINT;
  const two = (at: number, value: number): void => {
    const tens = (value / 10) | 0;
    bytes[at] = ZERO + tens;
    bytes[at + 1] = ZERO + value - tens * 10;
  };
  return (days, microseconds, zone) => {
    const { day, month, year } = civilDay(days);
    const century = (year / 100) | 0;
    two(0, century);
    two(2, year - century * 100);
    two(5, month);
    two(8, day);
    const clock = Math.floor(microseconds / 1_000_000);
    const minutes = (clock / 60) | 0;
    two(11, (minutes / 60) | 0);
    two(14, minutes % 60);
    two(17, clock - minutes * 60);
    let end = 19;
    const fraction = microseconds - clock * 1_000_000;
    if (fraction !== 0) {
      two(20, (fraction / 10_000) | 0);
      two(22, ((fraction / 100) | 0) % 100);
      two(24, fraction % 100);
      for (end = 26; bytes[end - 1] === ZERO; ) end--;
    }
    if (zone !== '') {
      bytes[end] = PLUS;
      two(end + 1, 0);
      end += 3;
    }
    const text = decodeText(bytes, 0, end);
    // A zone behind whole seconds has overwritten the point.
    bytes[19] = POINT;
    return text;
  };
}
