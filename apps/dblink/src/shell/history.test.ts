import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Variables } from '../run/variables.ts';
import { openHistory } from './history.ts';
import { holdsSecret } from './secrets.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dblink-history-'));
  file = join(folder, '.dblink_history');
});
beforeEach(() => {
  rmSync(file, { force: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('openHistory', () => {
  it('keeps statements of several lines, readable by their owner only', () => {
    const first = openHistory(new Variables(), { HOME: folder });
    first.add('select 1;');
    first.add('select\n2;');
    first.add('  ');
    expect(first.entries).toEqual(['select\n2;', 'select 1;']);
    expect(openHistory(new Variables(), { HOME: folder }).entries).toEqual(first.entries);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('keeps secrets for the session, and out of the file', () => {
    const history = openHistory(new Variables(), { HOME: folder });
    history.add("select dblink_connect('host=h password=sesame');");
    history.add('select 1;');
    expect(history.entries).toHaveLength(2);
    expect(readFileSync(file, 'utf8')).toBe('select 1;\n');
  });

  it('obeys HISTSIZE, HISTCONTROL and HISTFILE', () => {
    const variables = new Variables();
    const named = join(folder, 'named');
    variables.set('HISTSIZE', '2');
    variables.set('HISTCONTROL', 'ignoreboth');
    variables.set('HISTFILE', named);
    writeFileSync(named, 'a\nb\nc\nd\ne\n');
    const history = openHistory(variables, { HOME: folder });
    expect(history.entries).toEqual(['e', 'd']);
    expect(readFileSync(named, 'utf8')).toBe('d\ne\n');
    history.add('e');
    history.add(' hidden');
    expect(history.entries).toEqual(['e', 'd']);
    history.add('f');
    expect(history.entries).toEqual(['f', 'e']);
    expect(readFileSync(named, 'utf8')).toBe('d\ne\nf\n');
  });

  it('does without a file where there is no home, or none that can be written', () => {
    for (const environment of [{}, { HOME: join(folder, 'missing') }, { DBLINK_HISTORY: folder }]) {
      const history = openHistory(new Variables(), environment);
      history.add('select 1;');
      expect(history.entries).toEqual(['select 1;']);
    }
  });
});

describe('holdsSecret', () => {
  it.each([
    "select dblink_connect('host=h password=sesame')",
    "select dblink_connect('c', 'postgresql://u:sesame@h/d')",
    "select dblink_connect($$host=h password = 'ses ame'$$)",
    "select dblink_connect('postgres://h/d?password=sesame')",
    "alter role r password 'sesame'",
    "create user mapping for u server s options (user 'u', PASSWORD 'sesame')",
    "select dblink_connect('host=h sslpassword=sesame')",
    "select dblink_connect('oauth_client_secret=sesame')",
    "\\set c 'host=h password=sesame'",
    '\\set c postgresql://u:sesame@h/d',
    "select dblink_connect('postgresql://u:sesame@h",
  ])('of %j', (statement) => {
    expect(holdsSecret(statement)).toBe(true);
  });

  it.each([
    'select 1',
    "select dblink_connect('host=h dbname=d user=u')",
    "select dblink_connect('c', 'postgresql://h:5432/d')",
    "select 'a passenger', 'x@y', 'https://example.org/'",
    "select * from t where mail = 'a@b'",
  ])('not of %j', (statement) => {
    expect(holdsSecret(statement)).toBe(false);
  });
});
