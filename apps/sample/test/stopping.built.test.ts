import { afterEach, describe, expect, it } from 'vitest';
import { type App, startApp } from './app.ts';
import { canTrace } from './traces.ts';

let app: App | undefined;

afterEach(async () => {
  app?.kill();
  await app?.ended();
});

const MOMENTS = [
  { moment: 'while the servers start', pattern: /^Starting two/m },
  { moment: 'while data loads', pattern: /^Loading atlas\.city .*\.\.\./m },
  { moment: 'while the report runs', pattern: /^CREATE TEMP TABLE report/m },
];

describe.each(MOMENTS)('stopped $moment', ({ pattern }) => {
  it('tidies up at Ctrl-C', async () => {
    app = startApp();
    await app.until(pattern);
    app.pressCtrlC();
    const ending = await app.ended();
    expect(ending).toMatchObject({ status: 130, left: [] });
    expect(ending.stderr).toMatch(/^stopped by SIGINT$/m);
    expect(ending.stderr).not.toMatch(/^\s+at /m);
  });
});

describe('stopped in other ways', () => {
  it('tidies up once when Ctrl-C comes twice', async () => {
    app = startApp();
    await app.until(/^Loading atlas\.city .*\.\.\./m);
    app.pressCtrlC();
    app.signal('SIGINT');
    expect(await app.ended()).toMatchObject({ status: 130, left: [] });
  });

  it('tidies up at SIGTERM', async () => {
    app = startApp();
    await app.until(/^CREATE TEMP TABLE report/m);
    app.signal('SIGTERM');
    expect(await app.ended()).toMatchObject({ status: 143, left: [] });
  });
});

describe.skipIf(!canTrace)('killed itself (needs /proc)', () => {
  it('is tidied up after', async () => {
    app = startApp();
    await app.until(/^Loading atlas\.city .*\.\.\./m);
    app.kill();
    expect(await app.ended()).toMatchObject({ signal: 'SIGKILL', left: [] });
  });
});

describe.each(MOMENTS.slice(1))('a server killed $moment', ({ pattern }) => {
  it.each(['atlas', 'seismo'])('%s: says so, fails, and leaves nothing', async (name) => {
    app = startApp();
    await app.until(pattern);
    const pid = new RegExp(`${name} is process (\\d+)`).exec(app.stderr())?.[1];
    process.kill(Number(pid), 'SIGKILL');
    const ending = await app.ended();
    expect(ending).toMatchObject({ status: 1, left: [] });
    expect(ending.stderr).toContain(`the server ${name} (process ${pid}) has gone away\n`);
    expect(ending.stderr).not.toMatch(/^\s+at /m);
  });
});
