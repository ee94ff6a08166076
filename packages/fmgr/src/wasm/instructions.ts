import { type Code, signed, unsigned } from './encoding.ts';

// Folded expressions: every function returns the bytes of its operands followed by its own opcode,
// so that generated code reads like the WebAssembly text format.

const flat = (codes: readonly Code[]): Code => codes.flat();

/** The value of a local. */
export const get = (local: number): Code => [0x20, ...unsigned(local)];
/** Assigns a local. */
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
/** Assigns a local and yields the value. */
export const tee = (local: number, value: Code): Code => [...value, 0x22, ...unsigned(local)];
/** The value of a global. */
export const globalGet = (index: number): Code => [0x23, ...unsigned(index)];

/** A 32-bit constant. */
export const i32 = (value: number): Code => [0x41, ...signed(value | 0)];
/** A 64-bit constant. */
export const i64 = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))];

const memory = (opcode: number, offset: number): Code => [opcode, 0x00, ...unsigned(offset)];

/** Loads 32 bits, little endian, from any alignment. */
export const load32 = (address: Code, offset = 0): Code => [...address, ...memory(0x28, offset)];
/** Loads 64 bits, little endian, from any alignment. */
export const load64 = (address: Code, offset = 0): Code => [...address, ...memory(0x29, offset)];
/** Loads a byte, zero extended. */
export const load8 = (address: Code, offset = 0): Code => [...address, ...memory(0x2d, offset)];
/** Loads 16 bits, zero extended. */
export const load16 = (address: Code, offset = 0): Code => [...address, ...memory(0x2f, offset)];
/** Stores 32 bits. */
export const store32 = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...memory(0x36, offset),
];
/** Stores 64 bits. */
export const store64 = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...memory(0x37, offset),
];
/** Stores the low 16 bits. */
export const store16 = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...memory(0x3b, offset),
];
/** Stores the low byte. */
export const store8 = (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...memory(0x3a, offset)];

const unary =
  (opcode: number) =>
  (a: Code): Code => [...a, opcode];
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, opcode];

export const isZero: (a: Code) => Code = unary(0x45);
export const equal: (a: Code, b: Code) => Code = binary(0x46);
export const notEqual: (a: Code, b: Code) => Code = binary(0x47);
export const lessSigned: (a: Code, b: Code) => Code = binary(0x48);
export const less: (a: Code, b: Code) => Code = binary(0x49);
export const greaterSigned: (a: Code, b: Code) => Code = binary(0x4a);
export const greater: (a: Code, b: Code) => Code = binary(0x4b);
export const lessOrEqual: (a: Code, b: Code) => Code = binary(0x4d);
export const greaterOrEqual: (a: Code, b: Code) => Code = binary(0x4f);
export const add: (a: Code, b: Code) => Code = binary(0x6a);
export const sub: (a: Code, b: Code) => Code = binary(0x6b);
export const mul: (a: Code, b: Code) => Code = binary(0x6c);
export const and: (a: Code, b: Code) => Code = binary(0x71);
export const or: (a: Code, b: Code) => Code = binary(0x72);
export const shiftLeft: (a: Code, b: Code) => Code = binary(0x74);
export const shiftRightSigned: (a: Code, b: Code) => Code = binary(0x75);
export const shiftRight: (a: Code, b: Code) => Code = binary(0x76);
export const rotateLeft: (a: Code, b: Code) => Code = binary(0x77);

export const isZero64: (a: Code) => Code = unary(0x50);
/** i64.ctz */
export const trailingZeros64: (a: Code) => Code = unary(0x7a);
export const notEqual64: (a: Code, b: Code) => Code = binary(0x52);
/** i64.lt_u */
export const less64: (a: Code, b: Code) => Code = binary(0x54);
export const sub64: (a: Code, b: Code) => Code = binary(0x7d);
export const and64: (a: Code, b: Code) => Code = binary(0x83);
export const or64: (a: Code, b: Code) => Code = binary(0x84);
export const xor64: (a: Code, b: Code) => Code = binary(0x85);
export const shiftLeft64: (a: Code, b: Code) => Code = binary(0x86);
export const shiftRight64: (a: Code, b: Code) => Code = binary(0x88);
export const rotateLeft64: (a: Code, b: Code) => Code = binary(0x89);
export const add64: (a: Code, b: Code) => Code = binary(0x7c);
export const mul64: (a: Code, b: Code) => Code = binary(0x7e);
/** i64.div_u */
export const divide64: (a: Code, b: Code) => Code = binary(0x80);
/** i64.clz */
export const leadingZeros64: (a: Code) => Code = unary(0x79);
export const equal64: (a: Code, b: Code) => Code = binary(0x51);
/** i64.gt_u */
export const greater64: (a: Code, b: Code) => Code = binary(0x56);
/** i32.wrap_i64 */
export const wrap: (a: Code) => Code = unary(0xa7);
/** i64.extend_i32_s */
export const extendSigned: (a: Code) => Code = unary(0xac);
export const divide: (a: Code, b: Code) => Code = binary(0x6d);
export const remainder: (a: Code, b: Code) => Code = binary(0x6f);

/** A floating-point constant. */
export const f64 = (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
/** f64.convert_i64_u */
export const toFloat: (a: Code) => Code = unary(0xba);
/** f64.reinterpret_i64 */
export const floatOfBits: (a: Code) => Code = unary(0xbf);
export const negateFloat: (a: Code) => Code = unary(0x9a);
export const mulFloat: (a: Code, b: Code) => Code = binary(0xa2);
export const divideFloat: (a: Code, b: Code) => Code = binary(0xa3);
/** Stores a double. */
export const storeFloat = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...memory(0x39, offset),
];

/** i64.extend_i32_u */
export const extend: (a: Code) => Code = unary(0xad);

/** Calls a function by its index, imports first. */
export const call = (index: number, ...operands: readonly Code[]): Code => [
  ...flat(operands),
  0x10,
  ...unsigned(index),
];
/** Calls through table 0; `signature` is an index of the type section. */
export const callIndirect = (signature: number, address: Code, ...operands: readonly Code[]): Code => [
  ...flat(operands),
  ...address,
  0x11,
  ...unsigned(signature),
  0x00,
];
/** Copies so many bytes (memory.copy). */
export const copyBytes = (to: Code, from: Code, byteLength: Code): Code => [
  ...to,
  ...from,
  ...byteLength,
  0xfc,
  0x0a,
  0x00,
  0x00,
];
/** Drops a value. */
export const drop = (value: Code): Code => [...value, 0x1a];
/** Leaves the function; operands are its results. */
export const leave = (...results: readonly Code[]): Code => [...flat(results), 0x0f];
/** A block without result: branching to it leaves it. */
export const block = (...body: readonly Code[]): Code => [0x02, 0x40, ...flat(body), 0x0b];
/** A loop without result: branching to it starts it again. */
export const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...flat(body), 0x0b];
/** Runs the body when the condition is not zero. */
export const when = (condition: Code, ...body: readonly Code[]): Code => [
  ...condition,
  0x04,
  0x40,
  ...flat(body),
  0x0b,
];
/** One of two i32 values. */
export const choose = (condition: Code, yes: Code, no: Code): Code => [
  ...condition,
  0x04,
  0x7f,
  ...yes,
  0x05,
  ...no,
  0x0b,
];
/** Runs one of two bodies. */
export const either = (condition: Code, yes: Code, no: Code): Code => [
  ...condition,
  0x04,
  0x40,
  ...yes,
  0x05,
  ...no,
  0x0b,
];
/** Branches out of (or to the top of) the construct `depth` levels up. */
export const branch = (depth: number): Code => [0x0c, ...unsigned(depth)];
/** Branches when the condition is not zero. */
export const branchIf = (condition: Code, depth: number): Code => [...condition, 0x0d, ...unsigned(depth)];
/** Branches by number; the last depth is taken for every other number. */
export const branchTable = (selector: Code, depths: readonly number[], otherwise: number): Code => [
  ...selector,
  0x0e,
  ...unsigned(depths.length),
  ...flat(depths.map(unsigned)),
  ...unsigned(otherwise),
];
