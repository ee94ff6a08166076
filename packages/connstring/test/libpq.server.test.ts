import { userInfo } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConninfoSources,
  type ParseOutcome,
  parseConninfo,
  parseVerbatim,
  resolveConninfo,
} from '../src/index.ts';
import { conninfoText, optionSoup } from './conninfo-arbitraries.ts';
import { askLibpq, resolveByLibpq } from './libpq.ts';
import { failureWithoutServers } from './no-servers.ts';
import { type ResolveQuestion, resolveQuestion } from './resolve-arbitraries.ts';

const SERVER_QUESTION = /\n\tIs the server running [^\n]*/g;
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100_000);

/** libpq hands on bytes that are not UTF-8, which no JavaScript string can hold: ours refuses them. */
function isOtherBytes(outcome: ParseOutcome): boolean {
  return 'options' in outcome && Object.values(outcome.options).some((value) => /\p{Surrogate}/u.test(value));
}

/** An outcome to compare: plain objects, and one replacement character where bytes were no text. */
function comparable(outcome: ParseOutcome): ParseOutcome {
  if ('options' in outcome) return { options: { ...outcome.options } };
  return { error: outcome.error.replaceAll(/\ufffd+/g, '\ufffd') };
}

// The same strings to libpq and to ours: same options, or same error.

describe('libpq of the machine', () => {
  test(`parses ${RUNS} generated strings alike`, async ({ skip }) => {
    const texts = fc.sample(conninfoText, RUNS).filter((text) => !text.includes('\0'));
    const theirs = await askLibpq('parse', texts);
    if ('missing' in theirs) return skip(theirs.missing);
    expect(theirs.length).toBe(texts.length);
    let options = 0;
    let otherBytes = 0;
    texts.forEach((text, at) => {
      const their = theirs[at];
      const our = parseVerbatim(text);
      if (their === undefined) throw new Error('libpq gave too few answers');
      if (isOtherBytes(their)) {
        otherBytes += 1;
        expect(our, text).toEqual({ error: expect.stringMatching(/^invalid percent-encoded token: /) });
        return;
      }
      if ('options' in their) options += 1;
      expect(comparable(our), JSON.stringify(text)).toEqual(comparable(their));
    });
    // Both outcomes must be met often, or the comparison proves little.
    expect(options).toBeGreaterThan(RUNS / 10);
    expect(texts.length - options).toBeGreaterThan(RUNS / 10);
    expect(otherBytes).toBeLessThan(RUNS / 10);
  });
  test('refuses the same options with the same words, in the same order', async ({ skip }) => {
    const texts = fc.sample(optionSoup, Math.ceil(RUNS / 5));
    const theirs = await askLibpq('connect', texts);
    if ('missing' in theirs) return skip(theirs.missing);
    expect(theirs.length).toBe(texts.length);
    let refused = 0;
    texts.forEach((text, at) => {
      const their = theirs[at];
      if (their === undefined || !('error' in their)) throw new Error('libpq connected');
      const error = their.error.replaceAll(SERVER_QUESTION, '');
      if (!error.startsWith('connection to server')) refused += 1;
      expect(failureWithoutServers(text), text).toBe(error);
    });
    expect(refused).toBeGreaterThan(texts.length / 10);
    expect(texts.length - refused).toBeGreaterThan(texts.length / 10);
  });
  test('string, service files and environment take precedence alike', async ({ skip }) => {
    const questions = fc.sample(resolveQuestion, Math.ceil(RUNS / 20));
    const theirs = await resolveByLibpq(questions);
    if ('missing' in theirs) return skip(theirs.missing);
    expect(theirs.length).toBe(questions.length);
    let resolved = 0;
    questions.forEach((question, at) => {
      const shown = JSON.stringify(question);
      const error = theirs[at]?.error.replaceAll(SERVER_QUESTION, '');
      const { passfile, ...options } = theirs[at]?.options ?? {};
      const sources = sourcesOf(question);
      expect(failureWithoutServers(question.conninfo, sources), shown).toBe(error);
      if (error?.startsWith('connection to server') !== true) return;
      const ours = resolveConninfo(parseConninfo(question.conninfo), sources);
      expect({ ...ours.values }, shown).toEqual(options);
      if (ours.passfile !== undefined) expect(ours.passfile).toBe(passfile);
      resolved += 1;
    });
    expect(resolved).toBeGreaterThan(questions.length / 5);
    expect(questions.length - resolved).toBeGreaterThan(questions.length / 5);
  });
});

/** What a caller hands in for the question: the same files under the same names. */
function sourcesOf({ environment, files }: ResolveQuestion): ConninfoSources {
  const named = environment['PGSERVICEFILE'];
  const own = named === '@/nofile' ? null : files['.pg_service.conf'];
  return {
    environment,
    serviceFiles: [
      { path: named ?? '@/.pg_service.conf', text: own ?? undefined, isRequired: named !== undefined },
      { path: '@/pg_service.conf', text: files['pg_service.conf'] ?? undefined, isRequired: false },
    ],
    defaultPassfile: '@/.pgpass',
    osUser: userInfo().username,
  };
}
