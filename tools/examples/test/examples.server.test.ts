import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGES, type PublicExport, publicExports } from '../src/public-exports.ts';
import { compileExamples, runExamples, writeExamples } from '../src/run-examples.ts';

// What the documentation of the public names shows is compiled under the project's own rules, and run.

let cluster: Cluster;
let exported: readonly PublicExport[];

beforeAll(async () => {
  cluster = await startCluster({
    extensions: ['dblink'],
    settings: { wal_level: 'replica', max_wal_senders: '4' },
    hba: ['host replication postgres 127.0.0.1/32 trust'],
  });
  exported = publicExports(new URL('../../..', import.meta.url).pathname);
});
afterAll(() => cluster?.stop());

it('each public name is documented, each value with an example', () => {
  expect(exported.length).toBeGreaterThan(300);
  const bare = exported.filter(({ isDocumented }) => !isDocumented);
  expect(bare.map(({ name, place }) => `${name}, ${place}`)).toEqual([]);
  const without = exported.filter(({ kind, examples }) => kind === 'value' && examples.length === 0);
  expect(without.map(({ specifier, name, place }) => `${specifier} ${name}, ${place}`)).toEqual([]);
});

describe.each(PACKAGES)('the examples of %s', (packageName) => {
  it('compile, and give what they say', { timeout: 120_000 }, async () => {
    using written = writeExamples(packageName, exported);
    expect(compileExamples(written)).toEqual([]);
    const { failures, ran } = await runExamples(written, { EXAMPLE_CONNINFO: cluster.conninfo() });
    expect(failures).toEqual([]);
    expect(ran).toBe(written.subjects.size);
    expect(ran).toBeGreaterThan(0);
  });
});
