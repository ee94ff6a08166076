import { type EmscriptenOptions, type ExtensionDefinition, extensionFiles, writeFiles } from './extension-files.ts';
import type { HostFunction } from './hook.ts';
import { defineLibrary } from './library.ts';

/** An extension whose C-language functions have TypeScript bodies. */
export interface HostExtensionDefinition extends Omit<ExtensionDefinition, 'modulePathname'> {
  /** C symbol → body. */
  readonly functions: Readonly<Record<string, HostFunction>>;
}

/** What `new PGlite({ extensions: { … } })` takes. */
export interface PGliteExtension {
  readonly name: string;
  readonly setup: (
    pg: unknown,
    emscriptenOpts: unknown,
  ) => Promise<{ emscriptenOpts: EmscriptenOptions; init: () => Promise<void>; close: () => Promise<void> }>;
}

/**
 * Defines a whole extension: control file, scripts and library. `CREATE EXTENSION name` runs the script, in which
 * `MODULE_PATHNAME` is the library.
 *
 * @example
 * ```ts
 * const hello = defineExtension({
 *   name: 'hello',
 *   defaultVersion: '1.0',
 *   scripts: {
 *     'hello--1.0.sql': `CREATE FUNCTION hello(text) RETURNS text AS 'MODULE_PATHNAME', 'hello' LANGUAGE C STRICT;`,
 *   },
 *   functions: { hello: (call) => call.returnText(`Hello, ${call.text(0)}!`) },
 * });
 * ```
 */
export function defineExtension(definition: HostExtensionDefinition): PGliteExtension {
  const { name, functions, ...control } = definition;
  const files = extensionFiles({ name, ...control });
  const library = defineLibrary({ name, version: definition.defaultVersion, functions });
  return {
    name,
    setup: async (_pg, emscriptenOpts) => {
      const part = library.attach(emscriptenOpts);
      return { emscriptenOpts: writeFiles(part.emscriptenOpts, files), init: part.init, close: part.close };
    },
  };
}
