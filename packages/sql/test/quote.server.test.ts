import { type Cluster, type SuperuserSession, startCluster } from '@pg-dblink/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteIdent, quoteLiteral, quoteNullable, quoteQualifiedIdent } from '../src/index.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000);

// Text goes over as hexadecimal digits, so that no quoting of ours is needed to ask about quoting.
const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');

describe('quoting against a server', () => {
  let cluster: Cluster;
  let session: SuperuserSession;
  beforeAll(async () => {
    cluster = await startCluster();
    session = await cluster.session();
  });
  afterAll(async () => {
    await session.close();
    await cluster.stop();
  });

  async function ask(expression: string, texts: readonly string[]): Promise<readonly (string | null)[]> {
    const values = texts.map((text) => `('${hex(text)}')`).join(',');
    const sql = `select ${expression} from (values ${values}) v(h), convert_from(decode(h, 'hex'), 'UTF8') as x`;
    const { error, results } = await session.run(sql);
    expect(error).toBeUndefined();
    return results[0]?.rows.map(([value]) => value ?? null) ?? [];
  }

  const marked = fc.string({ unit: fc.constantFrom(...'aZ_0$\'"\\ \n', 'é', '😀'), maxLength: 8 });
  const anything = fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => !/\0|\p{Surrogate}/u.test(text));
  const texts = (): string[] => fc.sample(fc.oneof(marked, anything), RUNS);

  test('quoteIdent is quote_ident', async () => {
    const sample = texts();
    expect(await ask('quote_ident(x)', sample)).toEqual(sample.map(quoteIdent));
  });

  test('quoteIdent knows every keyword', async () => {
    const { results } = await session.run('select word, quote_ident(word) from pg_get_keywords()');
    const rows = results[0]?.rows ?? [];
    expect(rows.length).toBeGreaterThan(450);
    for (const [word, quoted] of rows) expect(quoteIdent(word ?? '')).toBe(quoted);
  });

  test('quoteLiteral is quote_literal, and reads back', async () => {
    const sample = texts();
    expect(await ask('quote_literal(x)', sample)).toEqual(sample.map(quoteLiteral));
    for (const setting of ['on', 'off']) {
      await session.run(`set standard_conforming_strings = ${setting}`);
      const some = sample.slice(0, 500);
      const { results } = await session.run(
        `select x from (values ${some.map((x) => `(${quoteLiteral(x)})`).join(',')}) v(x)`,
      );
      expect(results[0]?.rows.map(([value]) => value)).toEqual(some);
    }
    await session.run('reset standard_conforming_strings');
  });

  test('quoteNullable and quoteQualifiedIdent', () => {
    expect(quoteNullable(null)).toBe('NULL');
    expect(quoteNullable("a'")).toBe("'a'''");
    expect(quoteQualifiedIdent(undefined, 'T')).toBe('"T"');
    expect(quoteQualifiedIdent('s', 't')).toBe('s.t');
    expect(() => quoteLiteral('a\0b')).toThrow(expect.objectContaining({ sqlState: '22021' }));
    expect(() => quoteIdent('\0')).toThrow(expect.objectContaining({ sqlState: '22021' }));
  });
});
