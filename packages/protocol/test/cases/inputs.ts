import { Buffer as NodeBuffer } from 'node:buffer';
// The package of that name, not Node's module: it is what bundlers put into a browser.
import { Buffer as PolyfilledBuffer } from 'buffer/';
import fc from 'fast-check';

/** The kinds of bytes that callers have, each made from a plain copy of its own. */
export type InputKind = 'Uint8Array' | 'offset Uint8Array' | 'Buffer' | 'polyfilled Buffer';

export const inputKinds: fc.Arbitrary<InputKind> = fc.constantFrom(
  'Uint8Array',
  'offset Uint8Array',
  'Buffer',
  'polyfilled Buffer',
);

/** The same bytes as another kind of object. */
export function asInput(bytes: Uint8Array, kind: InputKind): Uint8Array {
  switch (kind) {
    case 'Uint8Array':
      return Uint8Array.from(bytes);
    case 'offset Uint8Array': {
      const memory = new Uint8Array(bytes.byteLength + 11).fill(0xa5);
      memory.set(bytes, 7);
      return memory.subarray(7, 7 + bytes.byteLength);
    }
    case 'Buffer':
      return NodeBuffer.from(bytes);
    case 'polyfilled Buffer':
      return PolyfilledBuffer.from(bytes);
  }
}
