export { PEER_RANGE } from './abi-pg18.ts';
export { callBuiltin } from './builtin.ts';
export { Call } from './call.ts';
export {
  currentUserId,
  databaseEncoding,
  type ForeignServer,
  foreignServer,
  isSuperuser,
  type Option,
  requireServerUsage,
  roleName,
  userMappingOptions,
} from './catalog.ts';
export { AbiError, type Engine } from './engine.ts';
export { ereport, type Level, type Report, SqlError } from './ereport.ts';
export { defineExtension, type HostExtensionDefinition, type PGliteExtension } from './extension.ts';
export { type EmscriptenOptions, type ExtensionDefinition, extensionFiles, writeFiles } from './extension-files.ts';
export { doubleFileGrowth } from './file-growth.ts';
export type { HostFunction } from './hook.ts';
export {
  type CancelReason,
  cancelStatement,
  checkForInterrupts,
  statementDeadline,
  statementStart,
} from './interrupts.ts';
export { defineLibrary, type Library, type LibraryDefinition, type LibraryPart } from './library.ts';
export { openRelation, type Relation } from './relation.ts';
export type { Format } from './rows/columns.ts';
export { setting, withSettings } from './settings.ts';
export { executeSql, type SqlResult } from './spi.ts';
export type { Attribute, Column, TupleDescriptor } from './tuple-descriptor.ts';
export { RowStore } from './tuplestore.ts';
