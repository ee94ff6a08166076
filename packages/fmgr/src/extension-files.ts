import { encodeText, type WasmInstance, type WasmNames } from './runtime.ts';

/** The part of Emscripten's file system that is used here. */
interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array): void;
}

/** The part of the engine's module object that is used here. */
export interface EngineModule {
  readonly FS: FileSystem;
  readonly WASM_PREFIX: string;
  readonly MEMFS?: unknown;
}

/** The part of PGlite's `emscriptenOpts` that is used here. */
export interface EmscriptenOptions {
  readonly instantiateWasm: (
    imports: Record<string, WasmNames>,
    done: (instance: WasmInstance, module?: object) => unknown,
  ) => unknown;
  readonly preRun?: readonly ((module: EngineModule) => void)[];
  readonly [option: string]: unknown;
}

/** `$libdir`, below the engine's installation prefix. */
export const LIBRARY_DIRECTORY = 'lib/postgresql';
const EXTENSION_DIRECTORY = 'share/postgresql/extension';

/** What a control file says (manual, "Extension Control Files"). */
export interface ExtensionDefinition {
  readonly name: string;
  readonly defaultVersion: string;
  readonly comment?: string;
  readonly relocatable?: boolean;
  readonly superuser?: boolean;
  readonly trusted?: boolean;
  readonly requires?: readonly string[];
  /** What MODULE_PATHNAME stands for in the scripts; `$libdir/` and the extension's name when not given. */
  readonly modulePathname?: string;
  /** File name, such as `dblink--1.2.sql`, → script. */
  readonly scripts: Readonly<Record<string, string>>;
}

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

function controlFile(definition: ExtensionDefinition): string {
  const { name, comment, defaultVersion, requires } = definition;
  const lines = [
    ...(comment === undefined ? [] : [`comment = ${quoted(comment)}`]),
    `default_version = ${quoted(defaultVersion)}`,
    `module_pathname = ${quoted(definition.modulePathname ?? `$libdir/${name}`)}`,
    `relocatable = ${definition.relocatable ?? true}`,
    ...(definition.superuser === undefined ? [] : [`superuser = ${definition.superuser}`]),
    ...(definition.trusted === undefined ? [] : [`trusted = ${definition.trusted}`]),
    ...(requires === undefined ? [] : [`requires = ${quoted(requires.join(', '))}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * The control file and scripts of an extension, by their paths below the engine's prefix.
 *
 * @example
 * ```ts
 * const files = extensionFiles({ name: 'hello', defaultVersion: '1.0', scripts: { 'hello--1.0.sql': sql } });
 * ```
 */
export function extensionFiles(definition: ExtensionDefinition): ReadonlyMap<string, string> {
  return new Map([
    [`${EXTENSION_DIRECTORY}/${definition.name}.control`, controlFile(definition)],
    ...Object.entries(definition.scripts).map(([file, text]): [string, string] => [
      `${EXTENSION_DIRECTORY}/${file}`,
      text,
    ]),
  ]);
}

/**
 * Options with which the engine finds more files when it starts.
 *
 * @param files - path below the engine's prefix → content
 *
 * @example
 * ```ts
 * const emscriptenOpts = writeFiles(part.emscriptenOpts, new Map([['/tmp/words.txt', 'one two']]));
 * ```
 */
export function writeFiles(
  emscriptenOpts: EmscriptenOptions,
  files: ReadonlyMap<string, string | Uint8Array>,
): EmscriptenOptions {
  const write = (module: EngineModule): void => {
    for (const [path, content] of files) {
      const at = `${module.WASM_PREFIX}/${path}`;
      module.FS.mkdirTree(at.slice(0, at.lastIndexOf('/')));
      module.FS.writeFile(at, typeof content === 'string' ? encodeText(content) : content);
    }
  };
  return { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), write] };
}
