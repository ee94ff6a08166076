import { CITIES } from '../src/data/cities.ts';
import { COUNTRIES } from '../src/data/countries.ts';
import { EARTHQUAKES } from '../src/data/earthquakes.ts';

/*
 * What the tour has to find, worked out from the data packages themselves in plain TypeScript: no SQL, no server.
 */

interface Quake {
  readonly id: string;
  readonly at: Date;
  readonly magnitude: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly networks: readonly string[];
}

interface City {
  readonly name: string;
  readonly country: string;
  readonly population: number;
  readonly latitude: number;
  readonly longitude: number;
}

interface Country {
  readonly native: string;
  readonly continent: string;
  readonly languages: readonly string[];
}

export interface ReportLine {
  readonly utc: string;
  readonly magnitude: string;
  readonly city: string;
  readonly km: string;
  readonly people: string;
  readonly country: string;
  readonly desk: string;
}

/** The desks of tour.sql: name, languages, hours from and to in UTC. */
const DESKS: readonly (readonly [name: string, languages: readonly string[], hours: readonly (readonly number[])[]])[] =
  [
    ['Lisboa', ['pt', 'es', 'en'], [[6, 14]]],
    ['Bogotá', ['es', 'en'], [[12, 24]]],
    ['Montréal', ['fr', 'en'], [[11, 19]]],
    [
      '東京',
      ['ja', 'zh', 'en'],
      [
        [0, 8],
        [22, 24],
      ],
    ],
    ['Jakarta', ['id', 'ms', 'en'], [[0, 10]]],
    ['دبي', ['ar', 'fa', 'ps'], [[4, 16]]],
  ];

/** Reads a data set's rows back into records named after its columns. */
async function records<T>(set: typeof CITIES): Promise<readonly T[]> {
  return (await set.rows()).map((row) => Object.fromEntries(set.columns.map((name, at) => [name, row[at]])) as T);
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function kilometres(a: Pick<City, 'latitude' | 'longitude'>, b: Pick<City, 'latitude' | 'longitude'>): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  // The spherical law of cosines, where the SQL uses the haversine formula.
  const cosine =
    Math.sin(radians(a.latitude)) * Math.sin(radians(b.latitude)) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.cos(radians(b.longitude - a.longitude));
  return 6371.0088 * Math.acos(Math.min(1, cosine));
}

/** Every line of the report, in its order. */
export async function expectedReport(): Promise<readonly ReportLine[]> {
  const countries = new Map((await records<Country & { readonly code: string }>(COUNTRIES)).map((c) => [c.code, c]));
  const large = (await records<City>(CITIES)).filter((city) => city.population >= 50_000);
  const lines = (await records<Quake>(EARTHQUAKES))
    .filter((quake) => quake.magnitude >= 5)
    .flatMap((quake) => {
      const near = large
        .filter((city) => Math.abs(city.latitude - quake.latitude) <= 3)
        .map((city) => ({ city, km: kilometres(city, quake) }))
        .filter(({ km }) => km <= 300)
        .sort((a, b) => a.km - b.km);
      const nearest = near[0];
      if (nearest === undefined) return [];
      const country = countries.get(nearest.city.country);
      if (country === undefined) throw new Error(`no country ${nearest.city.country}`);
      const close = near.filter(({ km }) => km <= 100);
      const people = close.reduce((sum, { city }) => sum + city.population, 0);
      return [{ quake, nearest, country, people: close.length === 0 ? undefined : people }];
    })
    .sort(
      (a, b) =>
        (b.people ?? -1) - (a.people ?? -1) || b.quake.magnitude - a.quake.magnitude || byBytes(a.quake.id, b.quake.id),
    );
  return lines.map(({ quake, nearest, country, people }) => ({
    utc: formatMoment(quake.at),
    magnitude: quake.magnitude.toFixed(1),
    city: nearest.city.name,
    km: String(Math.round(nearest.km)),
    people: people === undefined ? '' : String(people),
    country: country.native,
    desk: chooseDesk(country.languages, quake.at) ?? '',
  }));
}

function chooseDesk(languages: readonly string[], at: Date): string | undefined {
  const hour = roundToSecond(at).getUTCHours();
  const open = (hours: readonly (readonly number[])[]): boolean =>
    hours.some(([from = 0, to = 0]) => hour >= from && hour < to);
  return DESKS.filter(([, spoken]) => spoken.some((language) => languages.includes(language)))
    .map(([name, , hours]) => ({ name, open: open(hours) }))
    .sort((a, b) => Number(b.open) - Number(a.open) || byBytes(a.name, b.name))[0]?.name;
}

// The report's column is a timestamptz(0).
function roundToSecond(at: Date): Date {
  return new Date(Math.round(at.getTime() / 1000) * 1000);
}

function formatMoment(at: Date): string {
  const [day = '', , , , clock = ''] = roundToSecond(at).toUTCString().replace(',', '').split(' ');
  return `${day} ${String(roundToSecond(at).getUTCDate()).padStart(2, '0')} ${clock.slice(0, 5)}`;
}

export interface Totals {
  readonly quakes: number;
  readonly quakesBefore4February: number;
  readonly magnitudeSum: string;
  /** Pairs of earthquakes less than an hour apart that some network reported both of. */
  readonly pairs: number;
  readonly rows: number;
}

/** Numbers that other statements of the tour print. */
export async function expectedTotals(): Promise<Totals> {
  const quakes = [...(await records<Quake>(EARTHQUAKES))].sort((a, b) => a.at.getTime() - b.at.getTime());
  const hundredths = quakes.reduce((sum, quake) => sum + Math.round(quake.magnitude * 100), 0);
  let pairs = 0;
  for (const [index, a] of quakes.entries())
    for (const b of quakes.slice(index + 1)) {
      if (b.at.getTime() - a.at.getTime() >= 3_600_000) break;
      if (b.at > a.at && a.networks.some((network) => b.networks.includes(network))) pairs += 1;
    }
  const rows = (await CITIES.rows()).length + (await COUNTRIES.rows()).length + quakes.length;
  return {
    quakes: quakes.length,
    quakesBefore4February: quakes.filter((quake) => quake.at < new Date('2018-02-04T00:00Z')).length,
    magnitudeSum: (hundredths / 100).toFixed(2),
    pairs,
    rows,
  };
}

export interface Continent {
  readonly continent: string;
  readonly cities: string;
  readonly people: string;
}

/** Cities and inhabitants by continent, the most inhabitants first. */
export async function expectedContinents(): Promise<readonly Continent[]> {
  const continentOf = new Map(
    (await records<Country & { readonly code: string }>(COUNTRIES)).map(({ code, continent }) => [code, continent]),
  );
  const sums = new Map<string, { cities: number; people: number }>();
  for (const city of await records<City>(CITIES)) {
    const continent = continentOf.get(city.country) ?? '';
    const sum = sums.get(continent) ?? { cities: 0, people: 0 };
    sums.set(continent, { cities: sum.cities + 1, people: sum.people + city.population });
  }
  return [...sums]
    .sort(([, a], [, b]) => b.people - a.people)
    .map(([continent, { cities, people }]) => ({ continent, cities: String(cities), people: String(people) }));
}
