import { SPI_TUPLE_TABLE, TUPLE_DESC } from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { SqlError } from './ereport.ts';
import { withCString } from './memory.ts';
import { readDescriptor } from './tuple-descriptor.ts';

/** The result of a statement run by {@link executeSql}. */
export interface SqlResult {
  /** Rows processed. */
  readonly processed: number;
  readonly columns: readonly string[];
  /** Values in their types' text form. */
  readonly rows: readonly (readonly (string | null)[])[];
}

function check(engine: Engine, what: string, code: number): void {
  if (code >= 0) return;
  const reason = engine.heap.cString(engine.functions.SPI_result_code_string(code));
  throw new SqlError({ message: `${what} failed: ${reason}` });
}

function readResult(engine: Engine): SqlResult {
  const { functions, heap, addressOf } = engine;
  const processed = Number(heap.int64(addressOf.SPI_processed));
  const table = heap.int32(addressOf.SPI_tuptable);
  if (table === 0) return { processed, columns: [], rows: [] };
  const descriptor = heap.int32(table + SPI_TUPLE_TABLE.descriptor);
  const natts = heap.int32(descriptor + TUPLE_DESC.natts);
  const rows = Array.from({ length: processed }, (_, row) => {
    const tuple = heap.int32(heap.int32(table + SPI_TUPLE_TABLE.rows) + 4 * row);
    return Array.from({ length: natts }, (_, column) => {
      const value = functions.SPI_getvalue(tuple, descriptor, column + 1);
      return value === 0 ? null : heap.cString(value);
    });
  });
  return { processed, columns: readDescriptor(engine, descriptor).attributes.map(({ name }) => name), rows };
}

/**
 * Runs one SQL statement inside the calling statement's transaction and snapshot (SPI_execute), as the current role.
 *
 * @param options.readOnly - see the calling query's snapshot and refuse changes
 * @throws the statement's own errors
 *
 * @example
 * ```ts
 * const { rows } = executeSql(call.engine, 'SELECT count(*) FROM pg_class');
 * ```
 */
export function executeSql(
  engine: Engine,
  sql: string,
  { readOnly = true }: { readonly readOnly?: boolean } = {},
): SqlResult {
  const { functions } = engine;
  check(engine, 'SPI_connect', functions.SPI_connect());
  const code = withCString(engine, sql, (at) => functions.SPI_execute(at, readOnly ? 1 : 0, 0));
  check(engine, 'SPI_execute', code);
  const result = readResult(engine);
  check(engine, 'SPI_finish', functions.SPI_finish());
  return result;
}
