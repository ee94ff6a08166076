import { type Cluster, type SuperuserSession, startCluster } from '@pg-dblink/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classifyStatement } from '../src/index.ts';
import { sqlText } from './sql-texts.ts';

// The server's own scanner judges the lexer: what is classified as one query must never run as two statements.

const RUNS = Math.min(Number(process.env['FUZZ_RUNS'] ?? 3000), 20_000);

describe('classifyStatement against a server', () => {
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

  test.each(['on', 'off'] as const)('with standard_conforming_strings %s', async (conforming) => {
    await session.run(`set escape_string_warning = off; set standard_conforming_strings = ${conforming}`);
    let agreed = 0;
    let queries = 0;
    await fc.assert(
      fc.asyncProperty(sqlText, async (sql) => {
        const ours = classifyStatement(sql, conforming);
        const outcome = await session.run(sql);
        const { error } = outcome;
        // The answer to nothing but blanks has no tag.
        const results = outcome.results.filter(({ tag }) => tag !== '');
        if (ours.kind === 'query') {
          expect(results.length).toBeLessThanOrEqual(1);
          queries += 1;
        }
        if (error === undefined && results.length > 1) {
          expect(ours).toEqual({ kind: 'other', obstacle: 'several statements' });
          agreed += 1;
        }
        // What the server takes as one statement is refused only where settings or majors may differ.
        if (error === undefined && results.length === 1 && ours.kind === 'other') expect(ours.obstacle).toBe('unclear');
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(agreed, queries)).toBeGreaterThan(RUNS / 10);
  });

  test('unknown is never bolder than on and off', () => {
    fc.assert(
      fc.property(sqlText, (sql) => {
        const unknown = classifyStatement(sql, 'unknown');
        if (unknown.kind === 'other') return;
        expect(classifyStatement(sql, 'on')).toEqual(unknown);
        expect(classifyStatement(sql, 'off')).toEqual(unknown);
      }),
      { numRuns: RUNS },
    );
  });
});
