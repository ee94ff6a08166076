import { CALL, STRING_INFO } from './abi-pg18.ts';
import type { Unwinding } from './engine.ts';
import { SqlError } from './ereport.ts';
import { type Code, encodeModule, type Import, type Signature, Signatures } from './wasm/encoding.ts';
import * as w from './wasm/instructions.ts';

// The loop from DataRow messages to the tuplestore, in WebAssembly: it walks the frames in the engine's own memory and
// calls the engine's functions directly, so that no row crosses between JavaScript and the engine.
//
// Fields become Datums where they lie: a field is preceded by its length, which is just the room that a varlena header
// needs, and integers are turned round in place. Nothing is copied before tuplestore_putvalues forms the tuple.

/** What the loop is told about one result; 4 bytes each. */
export const STATE = {
  store: 0,
  descriptor: 4,
  values: 8,
  nulls: 12,
  natts: 16,
  columns: 20,
  rowContext: 24,
  rows: 28,
  byteLength: 32,
} as const;

/** What the loop is told about one column; 4 bytes each. */
export const COLUMN = {
  kind: 0,
  info: 4,
  typioparam: 8,
  typmod: 12,
  receiveCall: 16,
  stringInfo: 20,
  limit: 24,
  strict: 28,
  byteLength: 32,
} as const;

/** How a column's fields become Datums; the numbers are the cases of the loop's branch table. */
export const KIND = {
  /** NULL whatever arrives: a dropped column. */
  dropped: 0,
  /** The type's input function (text format). */
  input: 1,
  /** The type's receive function (binary format). */
  receive: 2,
  int2: 3,
  int4: 4,
  bool: 5,
  int8: 6,
  timestamp: 7,
  interval: 8,
  fixed: 9,
  bytea: 10,
  text: 11,
} as const;

const REFUSAL = { frame: 0, columnCount: 1, field: 2, fieldLength: 3 } as const;

function refuse(why: number): never {
  switch (why) {
    case REFUSAL.columnCount:
      throw new SqlError({
        sqlState: '42804',
        message: 'remote query result rowtype does not match the specified FROM clause rowtype',
      });
    case REFUSAL.fieldLength:
      throw new SqlError({ sqlState: '22P03', message: 'incorrect binary data format' });
    default:
      throw new SqlError({ sqlState: '08P01', message: 'malformed DataRow message' });
  }
}

const signature = (parameters: number, results: 0 | 1): Signature => ({
  parameters: new Array<'i32'>(parameters).fill('i32'),
  results: results === 1 ? ['i32'] : [],
});
const DATUM_FUNCTION = signature(1, 1);

const IMPORTS: readonly Import[] = [
  { kind: 'function', module: 'engine', name: 'tuplestore_putvalues', signature: signature(4, 0) },
  { kind: 'function', module: 'engine', name: 'MemoryContextReset', signature: signature(1, 0) },
  { kind: 'function', module: 'engine', name: 'InputFunctionCall', signature: signature(4, 1) },
  { kind: 'function', module: 'engine', name: 'pg_verifymbstr', signature: signature(3, 1) },
  { kind: 'function', module: 'host', name: 'refuse', signature: signature(1, 0) },
  { kind: 'memory', module: 'host', name: 'memory' },
  { kind: 'table', module: 'host', name: 'table' },
];
const PUT_VALUES = 0;
const CONTEXT_RESET = 1;
const INPUT_CALL = 2;
const VERIFY_MULTIBYTE = 3;
const REFUSE = 4;
const VERIFY = 5;
const VIA_INPUT = 6;
const VIA_RECEIVE = 7;

const refuseWhen = (condition: Code, why: number): Code => w.when(condition, w.call(REFUSE, w.i32(why)));

/** The 32-bit integer in network order at an address; `scratch` is an i32 local. */
const networkInt32 = (address: Code, scratch: number): Code => [
  ...w.set(scratch, w.load32(address)),
  ...w.or(
    w.and(w.rotateLeft(w.get(scratch), w.i32(8)), w.i32(0x00ff00ff)),
    w.and(w.rotateLeft(w.get(scratch), w.i32(24)), w.i32(0xff00ff00)),
  ),
];

/** The 64-bit integer in network order at an address; `scratch` is an i64 local. */
const networkInt64 = (address: Code, scratch: number): Code => {
  const swap = (mask: bigint, bits: bigint): Code =>
    w.or64(
      w.shiftLeft64(w.and64(w.get(scratch), w.i64(mask)), w.i64(bits)),
      w.and64(w.shiftRight64(w.get(scratch), w.i64(bits)), w.i64(mask)),
    );
  return [
    ...w.set(scratch, w.load64(address)),
    ...w.set(scratch, swap(0x00ff00ff00ff00ffn, 8n)),
    ...w.set(scratch, swap(0x0000ffff0000ffffn, 16n)),
    ...w.rotateLeft64(w.get(scratch), w.i64(32n)),
  ];
};

/** (address, length): raises 22021 unless the bytes are text of the database encoding. ASCII is told apart here. */
function verifyBody(): Code {
  const [at, length, end, word] = [0, 1, 2, 3];
  const ones = 0x0101010101010101n;
  const highs = 0x8080808080808080n;
  // A byte is suspect when it is zero or has its high bit set.
  const suspect = (value: Code): Code =>
    w.notEqual64(w.and64(w.or64(w.sub64(w.tee(word, value), w.i64(ones)), w.get(word)), w.i64(highs)), w.i64(0n));
  // Eight bytes are read where fewer may be left: the buffer is padded, and bytes past the end are replaced by ones.
  const mask = w.sub64(
    w.shiftLeft64(w.i64(1n), w.extend(w.shiftLeft(w.sub(w.get(end), w.get(at)), w.i32(3)))),
    w.i64(1n),
  );
  const rest = w.or64(w.and64(w.load64(w.get(at)), mask), w.and64(w.i64(ones), w.xor64(mask, w.i64(-1n))));
  const start = w.sub(w.get(end), w.get(length));
  return [
    ...w.set(end, w.add(w.get(at), w.get(length))),
    ...w.block(
      w.block(
        w.loop(
          w.branchIf(w.lessSigned(w.sub(w.get(end), w.get(at)), w.i32(8)), 1),
          w.branchIf(suspect(w.load64(w.get(at))), 2),
          w.set(at, w.add(w.get(at), w.i32(8))),
          w.branch(0),
        ),
      ),
      w.when(w.equal(w.get(at), w.get(end)), w.leave()),
      w.when(w.isZero(suspect(rest)), w.leave()),
    ),
    ...w.drop(w.call(VERIFY_MULTIBYTE, start, w.get(length), w.i32(0))),
  ];
}

/** (column, address, length) → Datum by the type's input function; the byte after the field is lent to the zero. */
function viaInputBody(): Code {
  const [column, at, length, end, borrowed, datum] = [0, 1, 2, 3, 4, 5];
  return [
    ...w.call(VERIFY, w.get(at), w.get(length)),
    ...w.set(borrowed, w.load8(w.tee(end, w.add(w.get(at), w.get(length))))),
    ...w.store8(w.get(end), w.i32(0)),
    ...w.set(
      datum,
      w.call(
        INPUT_CALL,
        w.load32(w.get(column), COLUMN.info),
        w.get(at),
        w.load32(w.get(column), COLUMN.typioparam),
        w.load32(w.get(column), COLUMN.typmod),
      ),
    ),
    ...w.store8(w.get(end), w.get(borrowed)),
    ...w.get(datum),
  ];
}

/** (column, address, length) → Datum by the type's receive function, called as ReceiveFunctionCall does. */
function viaReceiveBody(receiveSignature: number): Code {
  const [column, at, length, call, info, datum] = [0, 1, 2, 3, 4, 5];
  return [
    ...w.set(info, w.load32(w.get(column), COLUMN.stringInfo)),
    ...w.store32(w.get(info), w.get(at), STRING_INFO.data),
    ...w.store32(w.get(info), w.get(length), STRING_INFO.length),
    ...w.store32(w.get(info), w.i32(0), STRING_INFO.maximum),
    ...w.store32(w.get(info), w.i32(0), STRING_INFO.cursor),
    ...w.set(call, w.load32(w.get(column), COLUMN.receiveCall)),
    ...w.store8(w.get(call), w.i32(0), CALL.isnull),
    ...w.store32(w.get(call), w.get(info), CALL.args),
    ...w.set(datum, w.callIndirect(receiveSignature, w.load32(w.load32(w.get(column), COLUMN.info)), w.get(call))),
    ...refuseWhen(w.notEqual(w.load32(w.get(info), STRING_INFO.cursor), w.get(length)), REFUSAL.fieldLength),
    ...refuseWhen(w.load8(w.get(call), CALL.isnull), REFUSAL.fieldLength),
    ...w.get(datum),
  ];
}

/** A branch table over cases 0 … n-1; every case falls to the end. */
function dispatch(selector: Code, cases: readonly Code[]): Code {
  const numbers = cases.map((_, index) => index);
  return w.block(
    cases.reduce<Code>(
      (inner, body, index) => [...w.block(inner), ...body, ...w.branch(cases.length - 1 - index)],
      w.branchTable(selector, numbers, cases.length),
    ),
  );
}

const TIMESTAMP_MINIMUM = -211813488000000000n;
const TIMESTAMP_END = 9223371331200000000n;

/** (state, at, end) → the first byte that is no whole message; puts all messages before it into the tuplestore. */
function rowsBody(): Code {
  const [state, at, end, frameEnd, field, length, column, value, isNull, left, scratch, rows] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ];
  const wide = 12;
  const fieldDatum = w.get(field);
  const put = (datum: Code): Code => w.store32(w.get(value), datum);
  const wantLength = (bytes: number): Code => refuseWhen(w.notEqual(w.get(length), w.i32(bytes)), REFUSAL.fieldLength);
  const viaInput = put(w.call(VIA_INPUT, w.get(column), fieldDatum, w.get(length)));
  const viaReceive = put(w.call(VIA_RECEIVE, w.get(column), fieldDatum, w.get(length)));
  const turnRound64 = w.store64(fieldDatum, networkInt64(fieldDatum, wide));
  const turnRound32 = (offset: number): Code =>
    w.store32(fieldDatum, networkInt32(w.add(fieldDatum, w.i32(offset)), scratch), offset);
  // The length word before the field becomes the varlena header.
  const asVarlena: Code = [
    ...w.store32(w.sub(fieldDatum, w.i32(4)), w.shiftLeft(w.add(w.get(length), w.i32(4)), w.i32(2))),
    ...put(w.sub(fieldDatum, w.i32(4))),
  ];
  const asText: Code = [...w.call(VERIFY, fieldDatum, w.get(length)), ...asVarlena];
  const limit = w.load32(w.get(column), COLUMN.limit);

  const cases: Code[] = [];
  cases[KIND.dropped] = w.store8(w.get(isNull), w.i32(1));
  cases[KIND.input] = viaInput;
  cases[KIND.receive] = viaReceive;
  cases[KIND.int2] = [
    ...wantLength(2),
    ...put(w.or(w.shiftRightSigned(w.shiftLeft(w.load8(fieldDatum), w.i32(24)), w.i32(16)), w.load8(fieldDatum, 1))),
  ];
  cases[KIND.int4] = [...wantLength(4), ...put(networkInt32(fieldDatum, scratch))];
  cases[KIND.bool] = [...wantLength(1), ...put(w.notEqual(w.load8(fieldDatum), w.i32(0)))];
  cases[KIND.int8] = [...wantLength(8), ...turnRound64, ...put(fieldDatum)];
  cases[KIND.timestamp] = [
    ...wantLength(8),
    ...w.set(wide, networkInt64(fieldDatum, wide)),
    // Outside the finite range: an infinity or an error, as the receive function decides.
    ...w.either(
      w.less64(w.sub64(w.get(wide), w.i64(TIMESTAMP_MINIMUM)), w.i64(TIMESTAMP_END - TIMESTAMP_MINIMUM)),
      [...w.store64(fieldDatum, w.get(wide)), ...put(fieldDatum)],
      viaReceive,
    ),
  ];
  cases[KIND.interval] = [...wantLength(16), ...turnRound64, ...turnRound32(8), ...turnRound32(12), ...put(fieldDatum)];
  cases[KIND.fixed] = [...refuseWhen(w.notEqual(w.get(length), limit), REFUSAL.fieldLength), ...put(fieldDatum)];
  cases[KIND.bytea] = asVarlena;
  // Not more bytes than the type allows characters: nothing to cut and nothing to refuse.
  cases[KIND.text] = w.either(w.greater(w.get(length), limit), viaInput, asText);

  const nullField: Code = [
    ...w.store8(w.get(isNull), w.i32(1)),
    // A type whose input function is not strict (a domain) has its say about NULL.
    ...w.when(
      w.isZero(w.load32(w.get(column), COLUMN.strict)),
      w.drop(
        w.call(
          INPUT_CALL,
          w.load32(w.get(column), COLUMN.info),
          w.i32(0),
          w.load32(w.get(column), COLUMN.typioparam),
          w.load32(w.get(column), COLUMN.typmod),
        ),
      ),
    ),
  ];
  const presentField: Code = [
    ...refuseWhen(w.greater(w.get(length), w.sub(w.get(frameEnd), w.get(field))), REFUSAL.field),
    ...w.store8(w.get(isNull), w.i32(0)),
    ...dispatch(w.load32(w.get(column), COLUMN.kind), cases),
    ...w.set(field, w.add(w.get(field), w.get(length))),
  ];
  const columnLoop = w.block(
    w.loop(
      w.branchIf(w.isZero(w.get(left)), 1),
      refuseWhen(w.lessSigned(w.sub(w.get(frameEnd), w.get(field)), w.i32(4)), REFUSAL.field),
      w.set(length, networkInt32(w.get(field), scratch)),
      w.set(field, w.add(w.get(field), w.i32(4))),
      w.either(w.equal(w.get(length), w.i32(-1)), nullField, presentField),
      w.set(column, w.add(w.get(column), w.i32(COLUMN.byteLength))),
      w.set(value, w.add(w.get(value), w.i32(4))),
      w.set(isNull, w.add(w.get(isNull), w.i32(1))),
      w.set(left, w.sub(w.get(left), w.i32(1))),
      w.branch(0),
    ),
  );
  const fromState = (member: keyof typeof STATE): Code => w.load32(w.get(state), STATE[member]);
  const rowLoop = w.block(
    w.loop(
      w.branchIf(w.lessSigned(w.sub(w.get(end), w.get(at)), w.i32(7)), 1),
      refuseWhen(w.notEqual(w.load8(w.get(at)), w.i32(0x44)), REFUSAL.frame),
      w.set(length, networkInt32(w.add(w.get(at), w.i32(1)), scratch)),
      refuseWhen(w.less(w.get(length), w.i32(6)), REFUSAL.frame),
      w.branchIf(w.greater(w.get(length), w.sub(w.sub(w.get(end), w.get(at)), w.i32(1))), 1),
      w.set(frameEnd, w.add(w.add(w.get(at), w.i32(1)), w.get(length))),
      w.set(left, fromState('natts')),
      refuseWhen(
        w.notEqual(w.or(w.shiftLeft(w.load8(w.get(at), 5), w.i32(8)), w.load8(w.get(at), 6)), w.get(left)),
        REFUSAL.columnCount,
      ),
      w.set(field, w.add(w.get(at), w.i32(7))),
      w.set(column, fromState('columns')),
      w.set(value, fromState('values')),
      w.set(isNull, fromState('nulls')),
      columnLoop,
      refuseWhen(w.notEqual(w.get(field), w.get(frameEnd)), REFUSAL.frame),
      w.call(PUT_VALUES, fromState('store'), fromState('descriptor'), fromState('values'), fromState('nulls')),
      w.when(fromState('rowContext'), w.call(CONTEXT_RESET, fromState('rowContext'))),
      w.set(rows, w.add(w.get(rows), w.i32(1))),
      w.set(at, w.get(frameEnd)),
      w.branch(0),
    ),
  );
  return [...rowLoop, ...w.store32(w.get(state), w.get(rows), STATE.rows), ...w.get(at)];
}

/** Puts the whole DataRow messages between two addresses into a tuplestore; returns where the first partial one is. */
export type RowLoop = (state: number, at: number, end: number) => number;

function rowLoopBytes(): Uint8Array<ArrayBuffer> {
  const signatures = new Signatures();
  const receiveSignature = signatures.indexOf(DATUM_FUNCTION);
  const datum = signature(3, 1);
  return encodeModule(
    {
      imports: IMPORTS,
      functions: [
        { exportedAs: 'verify', signature: signature(2, 0), locals: ['i32', 'i64'], body: verifyBody() },
        { exportedAs: 'input', signature: datum, locals: ['i32', 'i32', 'i32'], body: viaInputBody() },
        {
          exportedAs: 'receive',
          signature: datum,
          locals: ['i32', 'i32', 'i32'],
          body: viaReceiveBody(receiveSignature),
        },
        {
          exportedAs: 'rows',
          signature: datum,
          locals: [...new Array<'i32'>(9).fill('i32'), 'i64'],
          body: rowsBody(),
        },
      ],
    },
    signatures,
  );
}

/** Compiles the loop for an engine. */
export function compileRowLoop(engine: {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  readonly table: WebAssembly.Table;
  readonly unwinding: Unwinding;
}): RowLoop {
  const module = new WebAssembly.Module(rowLoopBytes());
  const instance = new WebAssembly.Instance(module, {
    engine: engine.exports,
    host: { refuse, memory: engine.memory, table: engine.table },
  });
  const rows = instance.exports['rows'] as RowLoop;
  return (state, at, end) => {
    try {
      return rows(state, at, end);
    } catch (exception) {
      return engine.unwinding.pass(exception);
    }
  };
}
