import type { Unwinding } from '../engine.ts';
import { SqlError } from '../ereport.ts';
import { type WasmMemory, type WasmNames, type WasmTable, wasm } from '../runtime.ts';
import {
  type Code,
  encodeModule,
  type FunctionDefinition,
  type Import,
  type Signature,
  Signatures,
  type ValueType,
} from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { BY_FUNCTION_LOCALS, inputCall, viaInputBody, viaReceiveBody } from './by-function.ts';
import { DECIMAL_QUOTIENT_LOCALS, decimalQuotientBody } from './decimal-quotient.ts';
import { fieldCases } from './field-cases.ts';
import { dispatch, networkInt32, refuseWhen } from './fragments.ts';
import { COLUMN, FUNCTION, REFUSAL, STATE } from './layout.ts';
import { FLOAT_LOCALS, floatTextBody, INTEGER_LOCALS, integerTextBody } from './number-text.ts';
import {
  DATE_LOCALS,
  dateTextBody,
  TIMESTAMP_LOCALS,
  TWO_DIGITS_LOCALS,
  timestampTextBody,
  twoDigitsBody,
} from './timestamp-text.ts';
import { VERIFY_LOCALS, verifyBody } from './verify.ts';
import { VERIFY_VECTOR_LOCALS, verifyVectorBody } from './verify-vector.ts';

// The loop from DataRow messages to the tuplestore, in WebAssembly: it walks the frames in the engine's own memory and
// calls the engine's functions directly, so that no row crosses between JavaScript and the engine.
//
// Fields become Datums where they lie: a field is preceded by its length, which is just the room that a varlena header
// needs, and integers are turned round in place. Nothing is copied before tuplestore_putvalues forms the tuple.

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

/** (state, at, end) → the first byte that is no whole message; puts all messages before it into the tuplestore. */
function rowsBody(): Code {
  const [state, at, end, frameEnd, field, length, column, value, isNull, left, scratch, rows] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ];
  const wide = 12;
  const cases = fieldCases({ field, length, column, value, scratch, wide });
  const nullField: Code = [
    ...w.store8(w.get(isNull), w.i32(1)),
    // A type whose input function is not strict (a domain) has its say about NULL.
    ...w.when(w.isZero(w.load32(w.get(column), COLUMN.strict)), w.drop(inputCall(w.get(column), w.i32(0)))),
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
      w.set(scratch, w.load32(w.get(column), COLUMN.advance)),
      w.set(column, w.add(w.get(column), w.i32(COLUMN.byteLength))),
      w.set(value, w.add(w.get(value), w.shiftLeft(w.get(scratch), w.i32(2)))),
      w.set(isNull, w.add(w.get(isNull), w.get(scratch))),
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
      w.set(left, fromState('columnCount')),
      refuseWhen(
        w.notEqual(w.or(w.shiftLeft(w.load8(w.get(at), 5), w.i32(8)), w.load8(w.get(at), 6)), w.get(left)),
        REFUSAL.columnCount,
      ),
      w.set(field, w.add(w.get(at), w.i32(7))),
      w.set(column, fromState('columns')),
      w.set(value, w.add(fromState('values'), w.shiftLeft(fromState('skipped'), w.i32(2)))),
      w.set(isNull, w.add(fromState('nulls'), fromState('skipped'))),
      columnLoop,
      refuseWhen(w.notEqual(w.get(field), w.get(frameEnd)), REFUSAL.frame),
      w.call(FUNCTION.putValues, fromState('store'), fromState('descriptor'), fromState('values'), fromState('nulls')),
      w.when(fromState('rowContext'), w.call(FUNCTION.contextReset, fromState('rowContext'))),
      w.set(rows, w.add(w.get(rows), w.i32(1))),
      w.set(at, w.get(frameEnd)),
      w.branch(0),
    ),
  );
  return [...rowLoop, ...w.store32(w.get(state), w.get(rows), STATE.rows), ...w.get(at)];
}

/** Puts the whole DataRow messages between two addresses into a tuplestore; returns where the first partial one is. */
export type RowLoop = (state: number, at: number, end: number) => number;

const signature = (parameters: number, results: 0 | 1): Signature => ({
  parameters: new Array<'i32'>(parameters).fill('i32'),
  results: results === 1 ? ['i32'] : [],
});

/** In the order of {@link FUNCTION}. */
const IMPORTS: readonly Import[] = [
  { kind: 'function', module: 'engine', name: 'tuplestore_putvalues', signature: signature(4, 0) },
  { kind: 'function', module: 'engine', name: 'MemoryContextReset', signature: signature(1, 0) },
  { kind: 'function', module: 'engine', name: 'InputFunctionCall', signature: signature(4, 1) },
  { kind: 'function', module: 'engine', name: 'pg_verifymbstr', signature: signature(3, 1) },
  { kind: 'function', module: 'host', name: 'refuse', signature: signature(1, 0) },
  { kind: 'memory', module: 'host', name: 'memory' },
  { kind: 'table', module: 'host', name: 'table' },
];

const VERIFIERS = {
  vectors: { locals: VERIFY_VECTOR_LOCALS, body: verifyVectorBody() },
  words: { locals: VERIFY_LOCALS, body: verifyBody() },
} as const;

function rowLoopBytes(verifier: (typeof VERIFIERS)[keyof typeof VERIFIERS]): Uint8Array<ArrayBuffer> {
  const signatures = new Signatures();
  const receiveSignature = signatures.indexOf(signature(1, 1));
  const define = (
    exportedAs: string,
    type: Signature,
    locals: readonly ValueType[],
    body: Code,
  ): FunctionDefinition => ({ exportedAs, signature: type, locals, body });
  return encodeModule(
    {
      imports: IMPORTS,
      functions: [
        define('verify', signature(2, 0), verifier.locals, verifier.body),
        define('viaInput', signature(3, 1), BY_FUNCTION_LOCALS, viaInputBody()),
        define('viaReceive', signature(3, 1), BY_FUNCTION_LOCALS, viaReceiveBody(receiveSignature)),
        define('integerText', signature(3, 1), INTEGER_LOCALS, integerTextBody()),
        define('floatText', signature(3, 1), FLOAT_LOCALS, floatTextBody()),
        define('twoDigits', signature(1, 1), TWO_DIGITS_LOCALS, twoDigitsBody()),
        define('dateText', signature(2, 1), DATE_LOCALS, dateTextBody()),
        define('timestampText', signature(4, 1), TIMESTAMP_LOCALS, timestampTextBody()),
        define(
          'decimalQuotient',
          { parameters: ['i64', 'i32'], results: ['f64'] },
          DECIMAL_QUOTIENT_LOCALS,
          decimalQuotientBody(),
        ),
        define('rows', signature(3, 1), [...new Array<'i32'>(9).fill('i32'), 'i64'], rowsBody()),
      ],
    },
    signatures,
  );
}

/** Compiles the loop for an engine. */
export function compileRowLoop(engine: {
  readonly exports: Readonly<WasmNames>;
  readonly memory: WasmMemory;
  readonly table: WasmTable;
  readonly unwinding: Unwinding;
}): RowLoop {
  const withVectors = rowLoopBytes(VERIFIERS.vectors);
  const module = new wasm.Module(wasm.validate(withVectors) ? withVectors : rowLoopBytes(VERIFIERS.words));
  const instance = new wasm.Instance(module, {
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
