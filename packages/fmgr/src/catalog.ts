import {
  ACL,
  CATALOG,
  DEF_ELEM,
  FOREIGN_DATA_WRAPPER,
  FOREIGN_SERVER,
  LIST,
  OBJECT,
  STRING_NODE,
  USER_MAPPING,
} from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { withCString } from './memory.ts';
import { decodeText, encodeText } from './runtime.ts';

const NAME_BYTES = 63;

/** One entry of an OPTIONS list. */
export interface Option {
  readonly name: string;
  readonly value: string;
}

/** A row of pg_foreign_server with its foreign-data wrapper. */
export interface ForeignServer {
  readonly oid: number;
  readonly name: string;
  readonly options: readonly Option[];
  readonly wrapperOid: number;
  readonly wrapperName: string;
  readonly wrapperOptions: readonly Option[];
}

/**
 * The role whose privileges count now: the caller, also after SET ROLE and in SECURITY DEFINER functions.
 *
 * @example
 * ```ts
 * roleName(call.engine, currentUserId(call.engine)); // 'postgres'
 * ```
 */
export function currentUserId(engine: Engine): number {
  return engine.functions.GetUserId() >>> 0;
}

/**
 * Whether a role, the current one when not given, is a superuser.
 *
 * @example
 * ```ts
 * isSuperuser(call.engine); // true
 * ```
 */
export function isSuperuser(engine: Engine, roleId: number = currentUserId(engine)): boolean {
  return (engine.functions.superuser_arg(roleId) & 0xff) !== 0;
}

/**
 * The name of a role. Raises `invalid role OID` for none.
 *
 * @example
 * ```ts
 * roleName(call.engine, 10); // 'postgres'
 * ```
 */
export function roleName(engine: Engine, roleId: number): string {
  return engine.heap.cString(engine.functions.GetUserNameFromId(roleId, 0));
}

/**
 * The encoding of the database, such as `UTF8`.
 *
 * @example
 * ```ts
 * databaseEncoding(call.engine); // 'UTF8'
 * ```
 */
export function databaseEncoding(engine: Engine): string {
  return engine.heap.cString(engine.functions.GetDatabaseEncodingName());
}

function readOptions(engine: Engine, list: number): Option[] {
  const { heap } = engine;
  if (list === 0) return [];
  const cells = heap.int32(list + LIST.cells);
  return Array.from({ length: heap.int32(list + LIST.length) }, (_, index) => {
    const element = heap.int32(cells + index * LIST.cellStride);
    const argument = heap.int32(element + DEF_ELEM.argument);
    return {
      name: heap.cString(heap.int32(element + DEF_ELEM.name)),
      value: heap.cString(heap.int32(argument + STRING_NODE.value)),
    };
  });
}

/** The name as it would be stored: its first 63 bytes, whole characters only (truncate_identifier). */
function clip(name: string): string {
  const bytes = encodeText(name);
  if (bytes.length <= NAME_BYTES) return name;
  let end = NAME_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return decodeText(bytes.subarray(0, end));
}

/**
 * The foreign server of a name, which is cut to 63 bytes; undefined when there is none.
 *
 * @example
 * ```ts
 * foreignServer(call.engine, 'there')?.wrapperName; // 'wrapper'
 * ```
 */
export function foreignServer(engine: Engine, name: string): ForeignServer | undefined {
  const { functions, heap } = engine;
  const server = withCString(engine, clip(name), (at) => functions.GetForeignServerByName(at, 1));
  if (server === 0) return undefined;
  const wrapperOid = heap.uint32(server + FOREIGN_SERVER.wrapper);
  const wrapper = functions.GetForeignDataWrapper(wrapperOid);
  return {
    oid: heap.uint32(server + FOREIGN_SERVER.oid),
    name: heap.cString(heap.int32(server + FOREIGN_SERVER.name)),
    options: readOptions(engine, heap.int32(server + FOREIGN_SERVER.options)),
    wrapperOid,
    wrapperName: heap.cString(heap.int32(wrapper + FOREIGN_DATA_WRAPPER.name)),
    wrapperOptions: readOptions(engine, heap.int32(wrapper + FOREIGN_DATA_WRAPPER.options)),
  };
}

/**
 * Raises 42501 `permission denied for foreign server …` unless the role has USAGE.
 *
 * @example
 * ```ts
 * const server = foreignServer(call.engine, 'there');
 * if (server !== undefined) requireServerUsage(call.engine, server);
 * ```
 */
export function requireServerUsage(
  engine: Engine,
  server: ForeignServer,
  roleId: number = currentUserId(engine),
): void {
  const { functions } = engine;
  const result = functions.object_aclcheck(CATALOG.foreignServer, server.oid, roleId, ACL.usage);
  if (result === ACL.ok) return;
  withCString(engine, server.name, (name) => functions.aclcheck_error(result, OBJECT.foreignServer, name));
}

/**
 * Options of the role's user mapping, or of PUBLIC's. Raises 42704 `user mapping not found for …` for neither.
 *
 * @example
 * ```ts
 * const server = foreignServer(call.engine, 'there');
 * const options = server && userMappingOptions(call.engine, currentUserId(call.engine), server);
 * ```
 */
export function userMappingOptions(engine: Engine, roleId: number, server: ForeignServer): Option[] {
  const mapping = engine.functions.GetUserMapping(roleId, server.oid);
  return readOptions(engine, engine.heap.int32(mapping + USER_MAPPING.options));
}
