import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import type { PGliteOptions } from '@electric-sql/pglite';

/*
 * A new database is not made by initdb, which takes seconds, but copied from one that initdb made when this program was
 * built: a tar archive as PGlite writes it.
 */

interface Entry {
  readonly path: string;
  readonly kind: 'directory' | 'file';
  readonly mode: number;
  readonly data: Uint8Array;
}

interface FileSystem {
  mkdirTree(path: string, mode: number): void;
  writeFile(path: string, data: Uint8Array, options: { readonly canOwn: boolean }): void;
  chmod(path: string, mode: number): void;
}

type EngineOptions = Record<string, unknown> & { preRun?: ((module: { FS: FileSystem }) => void)[] };

const gunzip = promisify(gunzipCallback);
const blockByteLength = 512;
const directoryType = '5';

/** Unpacks the archive into an empty directory. */
export async function unpackTemplate(archive: string, directory: string): Promise<void> {
  for (const { path, kind, mode, data } of await readEntries(archive)) {
    const target = join(directory, path);
    if (kind === 'directory') mkdirSync(target, { recursive: true, mode: 0o700 });
    else writeFileSync(target, data, { mode: mode & 0o700 });
  }
}

/** Puts the archive's files into the engine's memory, at `home`, before it looks for a database there. */
export function templateInMemory(archive: string, home: string): NonNullable<PGliteOptions['extensions']> {
  const reading = readEntries(archive);
  reading.catch(() => undefined);
  return {
    template: {
      name: 'template',
      setup: async (_pg, emscriptenOpts: EngineOptions) => {
        const entries = await reading;
        const place = ({ FS }: { FS: FileSystem }): void => {
          FS.mkdirTree(home, 0o700);
          for (const { path, kind, mode, data } of entries) {
            const target = `${home}/${path}`;
            if (kind === 'directory') FS.mkdirTree(target, mode);
            // The archive's memory becomes the file's: nothing is copied.
            else FS.writeFile(target, data, { canOwn: true });
            FS.chmod(target, mode);
          }
        };
        return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), place] } };
      },
    },
  };
}

async function readEntries(archive: string): Promise<readonly Entry[]> {
  const bytes: Uint8Array = await gunzip(await readFile(archive));
  const entries: Entry[] = [];
  for (let at = 0; at + blockByteLength <= bytes.byteLength; ) {
    const path = text(bytes, at, 100).replace(/^\/+/, '');
    // Two empty blocks end an archive.
    if (path === '') break;
    const prefix = text(bytes, at + 345, 155);
    const byteLength = octal(bytes, at + 124, 12);
    const start = at + blockByteLength;
    entries.push({
      path: prefix === '' ? path : join(prefix, path),
      kind: text(bytes, at + 156, 1) === directoryType ? 'directory' : 'file',
      mode: octal(bytes, at + 100, 8),
      data: bytes.subarray(start, start + byteLength),
    });
    at = start + Math.ceil(byteLength / blockByteLength) * blockByteLength;
  }
  return entries;
}

function text(bytes: Uint8Array, at: number, byteLength: number): string {
  const field = Buffer.from(bytes.buffer, bytes.byteOffset + at, byteLength);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end < 0 ? byteLength : end);
}

function octal(bytes: Uint8Array, at: number, byteLength: number): number {
  return Number.parseInt(text(bytes, at, byteLength).trim() || '0', 8);
}
