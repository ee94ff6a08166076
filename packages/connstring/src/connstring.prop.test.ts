import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conninfoText } from '../test/conninfo-arbitraries.ts';
import {
  CONNINFO_OPTIONS,
  ConninfoError,
  type ConninfoKeyword,
  type ConninfoOptions,
  findPassword,
  formatConninfo,
  formatUri,
  isSecretOption,
  parseConninfo,
  parsePairs,
  parseServiceFile,
  parseVerbatim,
  redactConninfo,
  redactOptions,
  reportConninfo,
  resolveConninfo,
  withPassfile,
} from './index.ts';

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 10_000) };

const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((value) => !/\0|\p{Surrogate}/u.test(value));
const keyword = fc.constantFrom<ConninfoKeyword>(...CONNINFO_OPTIONS.map((option) => option.keyword));
const listed = fc.stringMatching(/^[a-z:./ ]{0,4}(,[a-z0-9:./]{0,4}){0,2}$/);
const options: fc.Arbitrary<ConninfoOptions> = fc
  .tuple(
    fc.dictionary(keyword, text, { noNullPrototype: true, maxKeys: 6 }),
    fc.record({ host: listed, port: listed, user: text, password: text }, { requiredKeys: [] }),
  )
  .map(([some, usual]) => ({ ...some, ...usual }));

describe('round trips', () => {
  test('what formatConninfo writes parses to the same options', () => {
    fc.assert(
      fc.property(options, (given) => {
        expect({ ...parseConninfo(formatConninfo(given)) }).toEqual(given);
      }),
      RUNS,
    );
  });

  test('what formatUri writes parses to the same options', () => {
    fc.assert(
      fc.property(options, (given) => {
        expect({ ...parseConninfo(formatUri(given)) }).toEqual(given);
      }),
      RUNS,
    );
  });

  test('what a password file escapes is what is found', () => {
    const field = text.filter((value) => !/[\r\n]/.test(value) && value !== '');
    const escaped = (value: string): string => value.replace(/[\\:]/g, '\\$&').replace(/^[#*]/, '\\$&');
    fc.assert(
      fc.property(fc.tuple(field, field, field, field, field), ([host, port, dbname, user, password]) => {
        const line = [host, port, dbname, user, password].map(escaped).join(':');
        expect(findPassword(`x:y:z\n${line}\n`, { host, port, dbname, user })).toBe(password);
      }),
      RUNS,
    );
  });
});

describe('arbitrary input', () => {
  const soup = fc.oneof(conninfoText, fc.string({ unit: 'binary' }), fc.string());

  test('a connection string is options or a ConninfoError, and both parsers agree which', () => {
    fc.assert(
      fc.property(soup, (given) => {
        const verbatim = parseVerbatim(given);
        const masked = outcomeOf(() => parseConninfo(given));
        if (masked instanceof ConninfoError) expect(verbatim).toHaveProperty('error');
        else expect(verbatim).toEqual({ options: masked });
        redactConninfo(given);
      }),
      RUNS,
    );
  });

  test('what parses is resolved or refused with a ConninfoError', () => {
    fc.assert(
      fc.property(
        options,
        fc.dictionary(fc.constantFrom('PGHOST', 'PGPORT', 'PGSSLMODE'), text),
        (given, environment) => {
          const resolved = outcomeOf(() => resolveConninfo(given, { environment, osUser: 'u' }));
          if (resolved instanceof ConninfoError) return;
          expect(resolved.hosts.length).toBeGreaterThan(0);
          expect(withPassfile(resolved, '*:*:*:*:p').hosts.length).toBe(resolved.hosts.length);
        },
      ),
      RUNS,
    );
  });

  test('pairs, service files and password files never fail otherwise', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(keyword, text), fc.option(soup))), soup, (pairs, file) => {
        outcomeOf(() => parsePairs(pairs, { expandDbname: true }));
        outcomeOf(() => parseServiceFile(`[s]\n${file}`, 's', 'f'));
        findPassword(file, { host: 'h', port: '1', dbname: 'd', user: 'u' });
      }),
      RUNS,
    );
  });
});

describe('secrets', () => {
  // Long and distinct, so that finding it in a message is no accident.
  const secret = fc
    .tuple(fc.constantFrom('', ' ', '%', "'", '\\', '@', '/', '?', '&', '%zz', '%00', ' x', ':', '['), fc.nat())
    .map(([mark, number]) => `S3SAME${number}${mark}0PEN${number}`);
  const pieces = /S3SAME|0PEN/;
  const damage = fc.constantFrom('', ' bogus', ' bogus=1', " x='", '[', '%', '?x', '&y=1', ' a b');
  const secretKeyword = keyword.filter(isSecretOption);

  test('no message and no redacted text has a piece of a keyword/value password', () => {
    fc.assert(
      fc.property(secretKeyword, secret, damage, (name, value, after) => {
        for (const written of [value, `'${value}'`, `'${value.replace(/[\\']/g, '\\$&')}'`]) {
          const conninfo = `host=h ${name}=${written}${after}`;
          const failure = outcomeOf(() => parseConninfo(conninfo));
          if (failure instanceof ConninfoError) expect(`${failure.message} ${failure.input}`).not.toMatch(pieces);
          expect(redactConninfo(conninfo)).not.toMatch(pieces);
        }
      }),
      RUNS,
    );
  });

  test('no message and no redacted text has a piece of a URI password', () => {
    fc.assert(
      fc.property(
        secretKeyword,
        secret,
        damage,
        fc.constantFrom('h', '[::1', '[]', '[::1]x', 'h%'),
        (name, value, after, host) => {
          for (const uri of [
            `postgresql://u:${value}@${host}/d${after}`,
            `postgresql://${host}/d?${name}=${value}${after}`,
          ]) {
            const failure = outcomeOf(() => parseConninfo(uri));
            if (failure instanceof ConninfoError) expect(`${failure.message} ${failure.input}`).not.toMatch(pieces);
            expect(redactConninfo(uri)).not.toMatch(pieces);
          }
        },
      ),
      RUNS,
    );
  });

  test('no report and no redacted options have one', () => {
    fc.assert(
      fc.property(secretKeyword, secret, (name, value) => {
        const given = { [name]: value, dbname: `password='${value}'` };
        expect(formatConninfo(redactOptions(given))).not.toMatch(pieces);
        const resolved = outcomeOf(() => resolveConninfo(given, { osUser: 'u', defaultPassfile: 'f' }));
        if (resolved instanceof ConninfoError) return;
        const rows = reportConninfo(withPassfile(resolved, `*:*:*:*:${value}\n`));
        expect(JSON.stringify(rows)).not.toMatch(pieces);
      }),
      RUNS,
    );
  });
});

/** The result, or the ConninfoError; any other error is a failure of the test. */
function outcomeOf<Result>(run: () => Result): Result | ConninfoError {
  try {
    return run();
  } catch (error) {
    if (error instanceof ConninfoError) return error;
    throw error;
  }
}
