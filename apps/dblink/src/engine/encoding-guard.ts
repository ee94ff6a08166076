import type { PGlite } from '@electric-sql/pglite';
import type { FunctionTable } from './instance.ts';
import { type PostgresModule, postgresModule } from './postgres-module.ts';

/** Names of UTF8 as pg_char_to_encoding reads them: letters and digits only, in any case. */
const utf8Names = new Set(['utf8', 'unicode']);
const errorLevel = 21;
const pointerByteLength = 4;
const longestRecord = 160;

/**
 * Lets `client_encoding` be UTF8 and nothing else: another value is refused with 22023.
 *
 * A conversion to another encoding wedges the engine, and SET is not the only way there: set_config, SET NAMES, a DO
 * block, a function's SET clause, ALTER ROLE. All of them ask the setting's check hook, so that hook is replaced by one
 * that refuses first. The setting's record is found by the engine's own look-up, and the hook in it by the initial value
 * in front of it; a probe proves that the guard stands.
 *
 * @throws Error when this version of PGlite does not let itself be guarded.
 */
export async function guardClientEncoding(pg: PGlite, table: FunctionTable): Promise<void> {
  // A data directory may carry another value, set by ALTER ROLE under another program.
  await pg.exec("set client_encoding = 'UTF8'");
  replaceHook(postgresModule(pg), table);
  const refused = await pg.exec("set client_encoding = 'LATIN1'").then(
    () => false,
    (error: unknown) => (error as { code?: unknown }).code === '22023',
  );
  if (!refused) throw new Error('client_encoding is not guarded');
  await pg.exec("set client_encoding = 'UTF8'");
}

function replaceHook(module: PostgresModule, table: FunctionTable): void {
  const heap = (): DataView => new DataView(module.HEAPU8.buffer);
  const slot = findHook(module, heap());
  const original = table.get(heap().getUint32(slot, true)) as (...values: number[]) => number;
  const check = (value = 0, extra = 0, source = 0): number => {
    const name = module.UTF8ToString(heap().getUint32(value, true), 64);
    const isUtf8 = utf8Names.has(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
    return isUtf8 ? original(value, extra, source) : 0;
  };
  const hook = module.addFunction(check, 'iiii');
  heap().setUint32(slot, hook, true);
}

/** The address of the check hook in the setting's record: it follows the pointer to the initial value, SQL_ASCII. */
function findHook(module: PostgresModule, heap: DataView): number {
  const name = module.stringToNewUTF8('client_encoding');
  const record = module._find_option(name, 0, 1, errorLevel);
  module._free(name);
  for (let at = record; at < record + longestRecord; at += pointerByteLength) {
    const pointer = heap.getUint32(at, true);
    if (pointer === 0 || pointer >= heap.byteLength) continue;
    if (module.UTF8ToString(pointer, 10) === 'SQL_ASCII') return at + pointerByteLength;
  }
  throw new Error('this version of PGlite keeps client_encoding in another form');
}
