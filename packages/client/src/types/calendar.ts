/** The proleptic Gregorian calendar, as PostgreSQL counts it: days since 2000-01-01, years without a zero. */

/** Days from 0000-03-01 to 2000-01-01. */
export const EPOCH_SHIFT = 730_425;
const DAYS_PER_ERA = 146_097;

/** A day; `year` is astronomical: 0 is 1 BC. */
export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Which day is so many days after 2000-01-01. Years are counted from March, so that the leap day is the last one. */
export function civilDay(daysSince2000: number): CivilDay {
  const days = daysSince2000 + EPOCH_SHIFT;
  const era = Math.floor(days / DAYS_PER_ERA);
  const dayOfEra = days - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** The reverse of {@link civilDay}. */
export function daysSince2000({ day, month, year }: CivilDay): number {
  const fromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(fromMarch / 400);
  const yearOfEra = fromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_SHIFT;
}

export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** `YYYY-MM-DD`; the ` BC` of years before 1 goes to the end of whatever follows. */
export function dayText({ day, month, year }: CivilDay): string {
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return `${shown}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** `HH:MM:SS[.ffffff]` without trailing zeros, of microseconds since midnight; 24:00:00 is legal. */
export function clockText(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const fraction = microseconds - seconds * 1_000_000;
  const clock = `${twoDigits(Math.floor(seconds / 3600))}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
  return fraction === 0 ? clock : `${clock}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
}

/** Microseconds of `HH:MM:SS[.ffffff]`, parts as a regular expression found them. */
export function clockMicroseconds(hours: string, minutes: string, seconds = '0', fraction = ''): number {
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
