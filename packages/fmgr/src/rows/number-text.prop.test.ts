import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeModule, type FunctionDefinition, type Import, Signatures, type ValueType } from '../wasm/encoding.ts';
import { DECIMAL_QUOTIENT_LOCALS, decimalQuotientBody } from './decimal-quotient.ts';
import { FUNCTION } from './layout.ts';
import { FLOAT_LOCALS, floatTextBody, INTEGER_LOCALS, integerTextBody } from './number-text.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const TEXT_AT = 1024;
const RESULT_AT = 8;

const signature = (parameters: readonly ValueType[], result?: ValueType): FunctionDefinition['signature'] => ({
  parameters,
  results: result === undefined ? [] : [result],
});
const three = signature(['i32', 'i32', 'i32'], 'i32');

/** The reader of floats alone: the number, or undefined where it leaves the text to the type's input function. */
function floatReader(): (text: string) => number | undefined {
  const imports: Import[] = Array.from({ length: FUNCTION.refuse + 1 }, (_, index) => ({
    kind: 'function',
    module: 'engine',
    name: `f${index}`,
    signature: signature([]),
  }));
  const unused = { signature: signature([]), locals: [], body: [] };
  const functions: FunctionDefinition[] = Object.entries(FUNCTION)
    .slice(imports.length)
    .map(([exportedAs]) => ({ exportedAs, ...unused }));
  const define = (number: number, definition: Omit<FunctionDefinition, 'exportedAs'>): void => {
    functions[number - imports.length] = { exportedAs: `f${number}`, ...definition };
  };
  define(FUNCTION.integerText, { signature: three, locals: INTEGER_LOCALS, body: integerTextBody() });
  define(FUNCTION.floatText, { signature: three, locals: FLOAT_LOCALS, body: floatTextBody() });
  define(FUNCTION.decimalQuotient, {
    signature: signature(['i64', 'i32'], 'f64'),
    locals: DECIMAL_QUOTIENT_LOCALS,
    body: decimalQuotientBody(),
  });
  const memory = new WebAssembly.Memory({ initial: 1 });
  const bytes = encodeModule(
    { imports: [...imports, { kind: 'memory', module: 'engine', name: 'memory' }], functions },
    new Signatures(),
  );
  const engine = Object.fromEntries(imports.map((_, index) => [`f${index}`, () => undefined]));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { engine: { ...engine, memory } });
  const read = instance.exports[`f${FUNCTION.floatText}`] as (at: number, length: number, target: number) => number;
  return (text) => {
    const heap = new Uint8Array(memory.buffer);
    const { written } = new TextEncoder().encodeInto(text, heap.subarray(TEXT_AT));
    // What follows is none of its business: digits here.
    heap.fill(0x37, TEXT_AT + written, TEXT_AT + written + 32);
    return read(TEXT_AT, written, RESULT_AT) === 1
      ? new DataView(memory.buffer).getFloat64(RESULT_AT, true)
      : undefined;
  };
}

const read = floatReader();

/** Digits with a point somewhere among them, or zeros between the two. */
function spelled(digits: bigint, power: number): string {
  const text = String(digits);
  if (power === 0) return text;
  const padded = text.padStart(power + 1, '0');
  return `${padded.slice(0, -power)}.${padded.slice(-power)}`;
}

/** The decimals of 19 digits next to the middle between two doubles, where rounding is hardest. */
const nextToMiddle = fc
  .tuple(
    fc.double({ min: 1e-8, max: 1e18, noNaN: true }),
    fc.integer({ min: 0, max: 27 }),
    fc.integer({ min: -2, max: 2 }),
  )
  .map(([value, power, off]) => {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, value);
    const exponent = ((bits.getUint16(0) >> 4) & 0x7ff) - 1075;
    const middle = ((bits.getBigUint64(0) & ((1n << 52n) - 1n)) | (1n << 52n)) * 2n + 1n;
    const scaled = middle * 10n ** BigInt(power);
    const digits = exponent - 1 < 0 ? scaled >> BigInt(1 - exponent) : scaled << BigInt(exponent - 1);
    return { digits: digits + BigInt(off), power };
  })
  .filter(({ digits }) => digits > 0n && digits < 10n ** 19n);

it('reads every double as PostgreSQL spells it, up to 27 places after the point', () => {
  const double = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.tuple(fc.integer(), fc.integer({ min: 1, max: 1000 })).map(([over, under]) => over / under),
  );
  let readHere = 0;
  fc.assert(
    fc.property(double, (value) => {
      const text = String(value).replace(/e([+-])(\d)$/, 'e$10$2');
      const found = read(text);
      if (found !== undefined) readHere += 1;
      return found === undefined || Object.is(found, Object.is(value, -0) ? 0 : value);
    }),
    { numRuns: RUNS },
  );
  expect(readHere).toBeGreaterThan(RUNS / 3);
});

it('rounds what lies next to the middle between two doubles as the platform does', () => {
  let readHere = 0;
  fc.assert(
    fc.property(nextToMiddle, ({ digits, power }) => {
      const text = spelled(digits, power);
      const found = read(text);
      if (found !== undefined) readHere += 1;
      return found === undefined || Object.is(found, Number(text));
    }),
    { numRuns: RUNS },
  );
  expect(readHere).toBeGreaterThan(RUNS / 2);
});

it('divides any 19 digits by any power of ten that it takes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 19n - 1n }), fc.nat(27), (digits, power) => {
      const text = spelled(digits, power);
      return read(text) === Number(text) && read(`-${text}`) === -Number(text);
    }),
    { numRuns: RUNS },
  );
});

it.each([
  ['18446744073709551616', undefined],
  ['184467440737095516160000', undefined],
  ['9999999999999999999', 1e19],
  ['0.00000000000000000000000000010', undefined],
  ['0.000000000000000000000000001', 1e-27],
  ['00000000000000000000000012.5', 12.5],
  ['9007199254740993', 9007199254740992],
  ['9007199254740995', 9007199254740996],
  ['1.2345678901234567e-05', Number('1.2345678901234567e-5')],
  ['.5', undefined],
  ['-', undefined],
  ['-.', undefined],
  ['', undefined],
])('%s', (text, expected) => {
  expect(read(text)).toBe(expected);
});
