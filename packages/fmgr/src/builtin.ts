import { CALL, FMGR_INFO } from './abi-pg18.ts';
import { AbiError, type Engine } from './engine.ts';

/** A call of a function by its address in the function table, as FunctionCallInvoke does. */
function invoke(engine: Engine, address: number, call: number): number {
  const entry: unknown = address > 0 && address < engine.table.length ? engine.table.get(address) : undefined;
  if (typeof entry !== 'function') throw new AbiError(`there is no function at ${address} of the function table`);
  try {
    return Number(entry(call));
  } catch (exception) {
    return engine.unwinding.pass(exception);
  }
}

/**
 * Calls a built-in function by its OID with Datums (OidFunctionCallN); its FmgrInfo is handed to `inspect` before.
 * Neither arguments nor result may be NULL.
 *
 * @example
 * ```ts
 * callBuiltin(call.engine, 177, [7, 5]); // 12
 * ```
 */
export function callBuiltin(
  engine: Engine,
  functionOid: number,
  datums: readonly number[],
  inspect: (info: number) => void = () => undefined,
): number {
  const { functions, heap } = engine;
  const info = functions.palloc0(FMGR_INFO.byteLength + CALL.args + datums.length * CALL.argStride);
  functions.fmgr_info(functionOid, info);
  inspect(info);
  const call = info + FMGR_INFO.byteLength;
  heap.setInt32(call + CALL.flinfo, info);
  heap.setInt16(call + CALL.nargs, datums.length);
  for (const [index, datum] of datums.entries()) heap.setInt32(call + CALL.args + index * CALL.argStride, datum);
  const result = invoke(engine, heap.int32(info + FMGR_INFO.address), call);
  functions.pfree(info);
  return result;
}
