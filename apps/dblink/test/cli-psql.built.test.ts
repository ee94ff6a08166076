import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dblink, type Ended, program, psqlVersion } from './built.ts';
import { CASES } from './cli-cases.ts';

/*
 * What is run here is run by the real psql, on a PostgreSQL with the C extension, and by the built program. Standard
 * output, standard error, the exit status and the file that was written must be the same, but for the program's name.
 */

const comparedWith = psqlVersion ?? 'SKIPPED: no psql found';
const session = readFileSync(new URL('./session.sql', import.meta.url), 'utf8');
const sections = Array.from(session.matchAll(/^\\echo == (.*)$/gm), ([, name = '']) => name);

/** What came out in each section of the session. */
function bySection(output: string): Readonly<Record<string, string>> {
  const parts = output.split(/^== (.*)\n/m);
  return Object.fromEntries(sections.map((name) => [name, parts[parts.indexOf(name) + 1] ?? '']));
}

describe.skipIf(psqlVersion === undefined)(`the program does what psql does (${comparedWith})`, () => {
  let cluster: Cluster;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dblink-cli-psql-'));
    cluster = await startCluster({ extensions: ['dblink'] });
    await cluster.psql('create extension if not exists dblink');
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const psql = async (args: readonly string[], input: string): Promise<Ended> => {
    const environment = { PGCLIENTENCODING: 'UTF8', LC_ALL: 'C.UTF-8' };
    const ended = await program('psql', ['-X', '-d', cluster.conninfo(), ...args], input, environment);
    return { ...ended, stderr: ended.stderr.replace(/^psql:/gm, 'dblink:') };
  };

  it.each(CASES)('$name', async ({ name, args, input = '', files = {} }) => {
    const own = join(folder, name.replace(/\W+/g, '-'));
    const out = join(own, 'out');
    const place = (text: string): string => text.replaceAll('%remote%', cluster.conninfo()).replaceAll('%folder%', own);
    const written = (): string | undefined => {
      if (!existsSync(out)) return undefined;
      const text = readFileSync(out, 'utf8');
      rmSync(out);
      return text;
    };
    mkdirSync(own);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(own, file), place(text));
    const theirs = await psql(args.map(place), place(input));
    const theirFile = written();
    expect(await dblink(args.map(place), place(input))).toEqual(theirs);
    expect(written()).toBe(theirFile);
  });

  describe('in one session', () => {
    let theirs: Ended;
    let ours: Ended;

    beforeAll(async () => {
      const flags = ['-v', `remote=${cluster.conninfo()}`, '-v', `folder=${folder}`];
      theirs = await psql(flags, session);
      ours = await dblink(flags, session);
    });

    it.each(sections)('%s', (section) => {
      const written = bySection(theirs.stdout)[section];
      expect(written).not.toBe('');
      expect(bySection(ours.stdout)[section]).toBe(written);
      expect(bySection(ours.stderr)[section]).toBe(bySection(theirs.stderr)[section]);
    });

    it('ends with the same status', () => {
      expect(ours.status).toBe(theirs.status);
    });
  });
});
