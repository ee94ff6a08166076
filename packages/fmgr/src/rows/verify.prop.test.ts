import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModule, type FunctionDefinition, type Import, Signatures, type ValueType } from '../wasm/encoding.ts';
import { FUNCTION } from './layout.ts';
import { VERIFY_LOCALS, verifyBody } from './verify.ts';
import { VERIFY_VECTOR_LOCALS, verifyVectorBody } from './verify-vector.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const decoder = new TextDecoder('utf-8', { fatal: true });

const signature = (parameters: number, results: number): FunctionDefinition['signature'] => ({
  parameters: new Array<ValueType>(parameters).fill('i32'),
  results: new Array<ValueType>(results).fill('i32'),
});

/** A verifier alone: says whether it would leave the bytes to the engine, which then finds the fault. */
function verifier(
  locals: readonly ValueType[],
  body: readonly number[],
): (bytes: Uint8Array, before: Uint8Array) => boolean {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const shown: number[][] = [];
  const refuse = (address: number, length: number): number => shown.push([address, length]);
  // The function that words the error has the number that it has among the loop's imports.
  const imports: Import[] = Array.from({ length: FUNCTION.refuse + 1 }, (_, index) => ({
    kind: 'function',
    module: 'engine',
    name: `f${index}`,
    signature: index === FUNCTION.verifyMultibyte ? signature(3, 1) : signature(0, 0),
  }));
  const functions = [{ exportedAs: 'verify', signature: signature(2, 0), locals, body }];
  const bytes = encodeModule(
    { imports: [...imports, { kind: 'memory', module: 'engine', name: 'memory' }], functions },
    new Signatures(),
  );
  const engine = Object.fromEntries(
    imports.map((_, index) => [`f${index}`, index === FUNCTION.verifyMultibyte ? refuse : () => undefined]),
  );
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { engine: { ...engine, memory } });
  const verify = instance.exports['verify'] as (address: number, length: number) => void;
  return (text, before) => {
    const heap = new Uint8Array(memory.buffer);
    const at = 1024 + before.length;
    // What lies around the text is none of its business, be it what it may.
    heap.set(before, 1024);
    heap.set(text, at);
    heap.set(before, at + text.length);
    verify(at, text.length);
    const [first] = shown.splice(0);
    if (first !== undefined) expect(first).toEqual([at, text.length]);
    return first === undefined;
  };
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const around = fc.uint8Array({ maxLength: 20 });
const text = fc
  .string({ unit: 'binary', maxLength: 60 })
  .map((value) => new TextEncoder().encode(value.replaceAll('\0', '')));
/** Bytes at which encodings turn from right to wrong. */
const corner = fc.constantFrom(
  0x00,
  0x41,
  0x7f,
  0x80,
  0x8f,
  0x90,
  0x9f,
  0xa0,
  0xbf,
  0xc0,
  0xc1,
  0xc2,
  0xdf,
  0xe0,
  0xe1,
  0xec,
  0xed,
  0xee,
  0xef,
  0xf0,
  0xf1,
  0xf3,
  0xf4,
  0xf5,
  0xff,
);
const nearlyText = fc.tuple(text, fc.array(fc.tuple(fc.nat(), corner), { maxLength: 3 })).map(([bytes, changes]) => {
  const changed = bytes.slice();
  for (const [at, byte] of changes) if (changed.length > 0) changed[at % changed.length] = byte;
  return changed;
});

describe.each([
  ['by words', verifier(VERIFY_LOCALS, verifyBody())],
  ['by vectors', verifier(VERIFY_VECTOR_LOCALS, verifyVectorBody())],
] as const)('UTF-8 is verified %s as RFC 3629 has it', (_how, accepts) => {
  it('for every first byte with the second ones that are right or wrong, wherever it stands', () => {
    const none = new Uint8Array(0);
    for (const padding of [0, 13, 15]) {
      const bytes = new Uint8Array(padding + 4).fill(0x41);
      for (const lead of [0x01, 0x41, ...Array.from({ length: 0x81 }, (_, index) => 0x7f + index)]) {
        bytes[padding] = lead;
        for (const second of [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]) {
          bytes[padding + 1] = second;
          for (const rest of [
            [0x41, 0x41],
            [0x80, 0x41],
            [0x41, 0x80],
            [0x80, 0x80],
            [0xbf, 0xbf],
            [0xc3, 0xa9],
            [0x80, 0xc3],
          ]) {
            bytes.set(rest, padding + 2);
            for (const end of [padding + 1, padding + 2, padding + 3, padding + 4]) {
              const sample = bytes.subarray(0, end);
              if (accepts(sample, none) !== isText(sample))
                expect.fail(`[${sample.join(' ')}] is ${isText(sample) ? '' : 'not '}text`);
            }
          }
        }
      }
    }
  });

  it('for text, for what is nearly text, and for any bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          nearlyText,
          fc.array(corner, { maxLength: 40 }).map((list) => Uint8Array.from(list)),
          fc.uint8Array({ maxLength: 70 }),
        ),
        around,
        (bytes, before) => {
          expect(accepts(bytes, before)).toBe(isText(bytes));
        },
      ),
      { numRuns: RUNS },
    );
  });
});
