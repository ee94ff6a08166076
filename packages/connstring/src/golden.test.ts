import { describe, expect, test } from 'vitest';
import defaults from '../test/golden/defaults.json' with { type: 'json' };
import parse from '../test/golden/parse.json' with { type: 'json' };
import passfile from '../test/golden/passfile.json' with { type: 'json' };
import service from '../test/golden/service.json' with { type: 'json' };
import validation from '../test/golden/validation.json' with { type: 'json' };
import { failureWithoutServers } from '../test/no-servers.ts';
import {
  type ConninfoOptions,
  parseConninfo,
  parsePairs,
  parseVerbatim,
  type ResolvedConninfo,
  resolveConninfo,
  startupParameters,
  withPassfile,
} from './index.ts';

// What libpq 18.4 did with each input, read from tables; a row with `diverges` says why ours does something else.

describe('parsing (table A)', () => {
  test.each(parse)('$id $input', ({ input, ...expected }) => {
    const outcome = parseVerbatim(input);
    if ('options' in outcome) expect({ options: { ...outcome.options } }).toEqual({ options: expected.options });
    else expect(outcome.error).toBe(expected.error);
  });
});

describe('validation (table B)', () => {
  test.each(validation)('$id $conninfo', ({ conninfo, error }) => {
    const text = failureWithoutServers(conninfo);
    // Rows without a text pass the checks and fail only because no server listens in /nx.
    if (error === undefined) expect(text).toMatch(/^connection to server on socket "\/nx\/\.s\.PGSQL\.\d+" failed: /);
    else expect(text).toBe(error);
  });
});

describe('service files (table C)', () => {
  test.each(service.rows)('$id $conninfo', ({ conninfo, environment, error, files, values }) => {
    const serviceFiles = (files ?? [service.file]).map((file) => ({ ...file, text: file.text ?? undefined }));
    const sources = { environment: present(environment ?? {}), serviceFiles, osUser: 'root' };
    const resolve = (): ResolvedConninfo => resolveConninfo(parseConninfo(conninfo), sources);
    if (error === undefined) expect(resolve().values).toMatchObject(present(values ?? {}));
    else expect(resolve).toThrow(expect.objectContaining({ message: error }));
  });
});

describe('password files (table D)', () => {
  // Permissions are checked where the file is read, which is not here.
  test.each(passfile.filter(({ mode }) => mode === undefined))('$id $conninfo', (row) => {
    const sources = { environment: present(row.environment ?? {}), defaultPassfile: '~/.pgpass', osUser: 'root' };
    const resolved = resolveConninfo(parseConninfo(row.conninfo), sources);
    expect(withPassfile(resolved, row.file).hosts.map(({ password }) => password ?? null)).toEqual(row.passwords);
  });

  test.each([
    ['D54', 'host=/nx', { PGPASSFILE: '/path/pf' }, '/path/pf'],
    ['D55', 'host=/nx passfile=', {}, '~/.pgpass'],
    ['D56', 'host=/nx', { PGPASSFILE: '' }, '~/.pgpass'],
    ['D57', 'passfile=/nonexist', {}, '/nonexist'],
    ['D43', 'host=/nx password=strpw', {}, undefined],
  ])('%s %s names the file', (_, conninfo, environment, path) => {
    const sources = { environment, defaultPassfile: '~/.pgpass', osUser: 'root' };
    expect(resolveConninfo(parseConninfo(conninfo), sources).passfile).toBe(path);
  });
});

describe('arrays, expansion, defaults (table E)', () => {
  test.each(defaults)('$id', (row) => {
    const environment = present(row.environment ?? {});
    const resolve = (): ResolvedConninfo => {
      const pairs = (row.pairs ?? []).map(([keyword, value]) => [keyword ?? '', value] as const);
      const options: ConninfoOptions =
        row.conninfo === undefined
          ? parsePairs(pairs, { expandDbname: row.expandDbname ?? false })
          : parseConninfo(row.conninfo);
      return resolveConninfo(options, { environment, osUser: 'root' });
    };
    if (row.error !== undefined) {
      expect(resolve).toThrow(expect.objectContaining({ message: row.error }));
      return;
    }
    expect(row.values ?? row.startup).toBeDefined();
    if (row.values !== undefined) expect(resolve().values).toMatchObject(present(row.values));
    if (row.startup !== undefined) expect(startupParameters(resolve(), environment)).toEqual(row.startup);
  });
});

/** JSON imports give every row the keys of all: those that a row lacks are undefined. */
function present(record: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
