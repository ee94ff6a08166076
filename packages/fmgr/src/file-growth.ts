import type { EmscriptenOptions } from './extension-files.ts';

/** A file of Emscripten's file system in memory. */
interface MemoryFile {
  readonly contents?: { readonly length: number } | null;
}

interface MemoryFileSystem {
  expandFileStorage(file: MemoryFile, capacity: number): void;
}

const MEBIBYTE = 1024 * 1024;
/** Above this, a file grows by as much at a time: room that is not written to costs address space only. */
const LARGEST_STEP = 256 * MEBIBYTE;

function canExpand(value: unknown): value is MemoryFileSystem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'expandFileStorage' in value &&
    typeof value.expandFileStorage === 'function'
  );
}

/**
 * Options with which files in memory grow by doubling.
 *
 * Emscripten lets a file beyond 1 MiB grow by an eighth and copies all of it each time: nine bytes copied for every
 * byte of a spilled set or of a table that is being filled. Where the file system has another shape, nothing changes.
 *
 * @example
 * ```ts
 * const emscriptenOpts = doubleFileGrowth(part.emscriptenOpts);
 * ```
 */
export function doubleFileGrowth(emscriptenOpts: EmscriptenOptions): EmscriptenOptions {
  const patch = (module: { readonly MEMFS?: unknown }): void => {
    const { MEMFS } = module;
    if (!canExpand(MEMFS)) return;
    const expand = MEMFS.expandFileStorage.bind(MEMFS);
    MEMFS.expandFileStorage = (file, capacity) => {
      const present = file.contents?.length ?? 0;
      const doubled = present + Math.min(present, LARGEST_STEP);
      expand(file, capacity > present && present >= MEBIBYTE ? Math.max(capacity, doubled) : capacity);
    };
  };
  return { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), patch] };
}
