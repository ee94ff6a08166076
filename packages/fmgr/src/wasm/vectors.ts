import { type Code, unsigned } from './encoding.ts';

// Instructions on vectors of sixteen bytes, folded as in instructions.ts.

const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)];

const unary =
  (opcode: number) =>
  (a: Code): Code => [...a, ...vector(opcode)];
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...vector(opcode)];

/** Loads sixteen bytes from any alignment. */
export const loadVector = (address: Code): Code => [...address, ...vector(0x00), 0x00, 0x00];
/** A constant, lane by lane. */
export const lanes = (bytes: readonly number[]): Code => [...vector(0x0c), ...bytes];
/** A constant with the same byte in every lane. */
export const everyLane = (byte: number): Code => lanes(new Array<number>(16).fill(byte));
/** Sixteen bytes out of the thirty-two of both operands, beginning with the one of that index. */
export const window = (first: number, a: Code, b: Code): Code => [
  ...a,
  ...b,
  ...vector(0x0d),
  ...Array.from({ length: 16 }, (_, lane) => first + lane),
];
/** Replaces each lane, a number below 16, by the lane of the table that has that number. */
export const lookUp: (table: Code, numbers: Code) => Code = binary(0x0e);
/** The low byte of a number in every lane. */
export const splat: (value: Code) => Code = unary(0x0f);
/** The lanes that are equal, as bytes of ones. */
export const equalLanes: (a: Code, b: Code) => Code = binary(0x23);
/** The lanes of `a` that are less as signed bytes, as bytes of ones. */
export const lessLanesSigned: (a: Code, b: Code) => Code = binary(0x25);
/** The lanes of `a` that are less as unsigned bytes, as bytes of ones. */
export const lessLanes: (a: Code, b: Code) => Code = binary(0x26);
export const andVector: (a: Code, b: Code) => Code = binary(0x4e);
export const orVector: (a: Code, b: Code) => Code = binary(0x50);
export const xorVector: (a: Code, b: Code) => Code = binary(0x51);
/** The bits of `a` where the mask has ones, those of `b` elsewhere. */
export const select = (a: Code, b: Code, mask: Code): Code => [...a, ...b, ...mask, ...vector(0x52)];
/** Whether any bit is set. */
export const anyBit: (a: Code) => Code = unary(0x53);
/** The high bit of every lane. */
export const highBits: (a: Code) => Code = unary(0x64);
/** Shifts each lane right. */
export const shiftLanesRight = (a: Code, bits: number): Code => [...a, 0x41, bits, ...vector(0x6d)];
/** Subtracts lane by lane, to zero at least. */
export const subtractToZero: (a: Code, b: Code) => Code = binary(0x73);
