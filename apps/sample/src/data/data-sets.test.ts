import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CITIES } from './cities.ts';
import { COUNTRIES } from './countries.ts';
import { EARTHQUAKES } from './earthquakes.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };

describe.each([COUNTRIES, CITIES, EARTHQUAKES])('$table', (set) => {
  it('has a value for each column in every row', async () => {
    const rows = await set.rows();
    expect(rows.filter((row) => row.length !== set.columns.length)).toEqual([]);
    expect(rows.flat()).not.toContain(undefined);
  });

  it('is described by the README: rows, licence, package and version', async () => {
    const line = read('README.md')
      .split('\n')
      .find((text) => text.includes(`.${set.table}\``))
      ?.replaceAll(/ +/g, ' ');
    expect(line).toContain(`| ${(await set.rows()).length.toLocaleString('en')} |`);
    expect(line).toContain(`| \`${set.package}\` ${dependencies[set.package]} |`);
    for (const part of set.licence.split(', ')) expect(line).toContain(part.replace(/ \(.*\)$/, ''));
  });
});

describe('the data sets together', () => {
  it('hold arrays, moments, fractions, JSON and text beyond ASCII', async () => {
    const values = (await Promise.all([COUNTRIES, CITIES, EARTHQUAKES].map((set) => set.rows()))).flat(2);
    expect(values.some((value) => Array.isArray(value))).toBe(true);
    expect(values.some((value) => value instanceof Date)).toBe(true);
    expect(values.some((value) => typeof value === 'number' && !Number.isInteger(value))).toBe(true);
    expect(values.some((value) => Object.prototype.toString.call(value) === '[object Object]')).toBe(true);
    expect(values.some((value) => typeof value === 'string' && /\P{ASCII}/u.test(value))).toBe(true);
  });
});
