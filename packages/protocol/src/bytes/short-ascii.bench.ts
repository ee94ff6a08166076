// biome-ignore lint/correctness/noNodejsModules: what is compared is Node's own decoder
import { Buffer } from 'node:buffer';
// biome-ignore lint/correctness/noUndeclaredDependencies: as for every test, vitest is the workspace's
import { bench, describe } from 'vitest';
import { shortAsciiFirst } from './short-ascii.ts';
import { type DecodeText, decodeUtf8 } from './text.ts';

const bytes: Uint8Array = Uint8Array.from({ length: 65_536 }, (_, index) => 48 + (index % 10));
const utf8Slice: DecodeText = (source, start, end) => Buffer.prototype.utf8Slice.call(source, start, end);
const decoders: readonly (readonly [string, DecodeText])[] = [
  ['utf8Slice', utf8Slice],
  ['utf8Slice behind short ASCII', shortAsciiFirst(utf8Slice)],
  ['portable', decodeUtf8],
];

// 1,000 values a turn, each kept, so that no work can be left out.
describe.each([1, 4, 8, 16, 22, 32, 40])('text of %d bytes', (byteLength) => {
  const kept = new Array<string>(1000);
  for (const [name, decode] of decoders) {
    bench(name, () => {
      for (let index = 0; index < kept.length; index += 1) {
        const start = (index * 13) % 60_000;
        kept[index] = decode(bytes, start, start + byteLength);
      }
    });
  }
});
