import { describe, expect, it } from 'vitest';
import { bundleSize } from './bundle-size.ts';

// What the entries weigh today, and a little room. The goals of the bench are lower: see its row `client-size`.
describe('the client, minified and compressed, has not grown', () => {
  it.each([
    { entry: 'node', platform: 'node', limit: 69_500 },
    { entry: 'websocket', platform: 'browser', limit: 64_000 },
  ] as const)('$entry: at most $limit bytes', async ({ entry, platform, limit }) => {
    const { allCompressedBytes, compressedBytes, folders } = await bundleSize({ entry, platform });
    expect(compressedBytes).toBeLessThanOrEqual(limit);
    // What is loaded later is not where weight is hidden.
    expect(allCompressedBytes - compressedBytes).toBeLessThanOrEqual(10_300);
    expect(allCompressedBytes).toBeGreaterThan(compressedBytes);
    // Nothing of it was left out by mistake.
    expect(folders.map(([folder]) => folder)).toEqual(expect.arrayContaining(['client', 'connstring', 'protocol']));
  });
});
