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
import { BY_FUNCTION_LOCALS, viaInputBody, viaReceiveBody } from './by-function.ts';
import { DECIMAL_QUOTIENT_LOCALS, decimalQuotientBody } from './decimal-quotient.ts';
import { networkInt32, refuseWhen } from './fragments.ts';
import { FUNCTION, LONGEST_LAID_OUT, REFUSAL, STATE } from './layout.ts';
import { FLOAT_LOCALS, floatTextBody, INTEGER_LOCALS, integerTextBody } from './number-text.ts';
import {
  APPEND_VARLENA_LOCALS,
  appendDatumBody,
  appendVarlenaBody,
  ROW_BY_TUPLE_LOCALS,
  rowByTupleBody,
} from './row-by-tuple.ts';
import { ROW_BY_VALUES_LOCALS, rowByValuesBody } from './row-by-values.ts';
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
// A short row whose values need no function is laid out as a tuple here; of any other, tuplestore_putvalues is given the
// Datums, and they are made where their fields lie.

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
  const [state, at, end, frameEnd, length, scratch, rows] = [0, 1, 2, 3, 4, 5, 6];
  const fromState = (member: keyof typeof STATE): Code => w.load32(w.get(state), STATE[member]);
  const row = [w.get(state), w.add(w.get(at), w.i32(7)), w.get(frameEnd)];
  const isLaidOut = w.and(
    w.notEqual(fromState('tuple'), w.i32(0)),
    w.lessOrEqual(w.get(length), w.i32(LONGEST_LAID_OUT)),
  );
  const rowLoop = w.block(
    w.loop(
      w.branchIf(w.lessSigned(w.sub(w.get(end), w.get(at)), w.i32(7)), 1),
      refuseWhen(w.notEqual(w.load8(w.get(at)), w.i32(0x44)), REFUSAL.frame),
      w.set(length, networkInt32(w.add(w.get(at), w.i32(1)), scratch)),
      refuseWhen(w.less(w.get(length), w.i32(6)), REFUSAL.frame),
      w.branchIf(w.greater(w.get(length), w.sub(w.sub(w.get(end), w.get(at)), w.i32(1))), 1),
      w.set(frameEnd, w.add(w.add(w.get(at), w.i32(1)), w.get(length))),
      refuseWhen(
        w.notEqual(w.or(w.shiftLeft(w.load8(w.get(at), 5), w.i32(8)), w.load8(w.get(at), 6)), fromState('columnCount')),
        REFUSAL.columnCount,
      ),
      w.either(isLaidOut, w.call(FUNCTION.rowByTuple, ...row), w.call(FUNCTION.rowByValues, ...row)),
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
  { kind: 'function', module: 'engine', name: 'tuplestore_puttuple', signature: signature(2, 0) },
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
        define('appendVarlena', signature(4, 1), APPEND_VARLENA_LOCALS, appendVarlenaBody()),
        define('appendDatum', signature(3, 1), [], appendDatumBody()),
        define('rowByValues', signature(3, 0), ROW_BY_VALUES_LOCALS, rowByValuesBody()),
        define('rowByTuple', signature(3, 0), ROW_BY_TUPLE_LOCALS, rowByTupleBody()),
        define('rows', signature(3, 1), ['i32', 'i32', 'i32', 'i32'], rowsBody()),
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
