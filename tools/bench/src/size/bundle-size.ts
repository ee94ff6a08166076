import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';

/** What an entry of the client weighs, with all that it needs, minified. */
export interface BundleSize {
  readonly bytes: number;
  readonly compressedBytes: number;
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
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`nothing was bundled of ${entry}`);
  const folders = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = folderOf(path);
      if (folder !== undefined) folders.set(folder, (folders.get(folder) ?? 0) + bytesInOutput);
    }
  }
  return {
    bytes: file.contents.byteLength,
    compressedBytes: gzipSync(file.contents, { level: 9 }).byteLength,
    folders: [...folders].sort((a, b) => b[1] - a[1]),
  };
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
