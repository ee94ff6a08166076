import { relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Where chunks would be written; they are not. */
const OUT = 'out';
const NO_CONTENTS = new Uint8Array(0);

/** What an entry of the client weighs, with all that it needs, minified. */
export interface BundleSize {
  /** What is loaded at once: the entry's chunk and those that it imports. */
  readonly bytes: number;
  readonly compressedBytes: number;
  /** The same with the chunks that are loaded only where they are wanted. */
  readonly allCompressedBytes: number;
  /** Minified bytes by folder of the sources, the largest first. */
  readonly folders: readonly (readonly [folder: string, bytes: number])[];
}

/** An entry of the client, and where it runs. */
export interface BundledEntry {
  readonly entry: 'node' | 'websocket';
  readonly platform: 'node' | 'browser';
}

/**
 * Bundles everything that an entry exports, from the sources, minifies it and compresses it by gzip.
 *
 * @param without - folders of the sources that are left out, to learn what they cost; such a bundle does not run
 */
export async function bundleSize(
  { entry, platform }: BundledEntry,
  without: readonly string[] = [],
): Promise<BundleSize> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from '@pg-dblink/client/${entry}';`, resolveDir: import.meta.dirname },
    bundle: true,
    splitting: true,
    outdir: OUT,
    absWorkingDir: import.meta.dirname,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    platform,
    conditions: ['@pg-dblink/source'],
    logLevel: 'error',
    plugins: without.length === 0 ? [] : [leavingOut(without)],
  });
  const chunks = new Map(outputFiles.map(({ path, contents }) => [relative(import.meta.dirname, path), contents]));
  const atOnce = chunksAtOnce(metafile, `${OUT}/stdin.js`);
  const folders = new Map<string, number>();
  for (const chunk of atOnce) {
    for (const [path, { bytesInOutput }] of Object.entries(metafile.outputs[chunk]?.inputs ?? {})) {
      const folder = folderOf(path);
      if (folder !== undefined) folders.set(folder, (folders.get(folder) ?? 0) + bytesInOutput);
    }
  }
  const contentsAtOnce = [...atOnce].map((chunk) => chunks.get(chunk) ?? NO_CONTENTS);
  return {
    bytes: contentsAtOnce.reduce((sum, { byteLength }) => sum + byteLength, 0),
    compressedBytes: compressed(contentsAtOnce),
    allCompressedBytes: compressed([...chunks.values()]),
    folders: [...folders].sort((a, b) => b[1] - a[1]),
  };
}

/** The entry's chunk and all that it imports without `import()`. */
function chunksAtOnce({ outputs }: Metafile, entry: string): Set<string> {
  if (outputs[entry] === undefined) throw new Error(`nothing was bundled as ${entry}`);
  const found = new Set([entry]);
  for (const chunk of found) {
    for (const { path, kind } of outputs[chunk]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[path] !== undefined) found.add(path);
    }
  }
  return found;
}

/** Each chunk is compressed for itself, as it is served. */
function compressed(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, contents) => sum + gzipSync(contents, { level: 9 }).byteLength, 0);
}

/** The folder of a source file, such as `client/types`. */
function folderOf(path: string): string | undefined {
  return /packages\/(.+)\/[^/]+$/.exec(path)?.[1]?.replace('/src', '');
}

/** Empties the files of some folders; what is imported of them is undefined. */
function leavingOut(folders: readonly string[]): Plugin {
  return {
    name: 'leaving out',
    setup({ onLoad }) {
      onLoad({ filter: /packages\/.*\.ts$/ }, ({ path }) =>
        folders.includes(folderOf(path) ?? '') ? { contents: 'module.exports = {};', loader: 'js' } : undefined,
      );
    },
  };
}
