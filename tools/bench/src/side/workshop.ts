import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { compileLibpq, type LibpqProgram } from './libpq.ts';

/** The programs that sides and servers of the bench run as, built anew for each bench. */
export interface Workshop extends AsyncDisposable {
  readonly sideMain: string;
  readonly replayMain: string;
  readonly engineStart: string;
  readonly libpq: LibpqProgram;
  /** For files and sockets; gone at the end. */
  readonly folder: string;
}

/**
 * Builds the programs. They lie in this package's `dist`, so that they find the peers and ours as any application
 * does: what is measured of ours is what a build left in `dist`, not its sources.
 */
export async function openWorkshop(): Promise<Workshop> {
  const dist = resolve(import.meta.dirname, '../../dist');
  await mkdir(dist, { recursive: true });
  // A folder of its own: two benches may run at a time.
  const outdir = await mkdtemp(join(dist, 'run-'));
  const source = resolve(import.meta.dirname, '..');
  await build({
    entryPoints: {
      side: join(source, 'side/main.ts'),
      replay: join(source, 'replay/main.ts'),
      'engine-start': join(source, 'size/engine-start.ts'),
    },
    outdir,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
  });
  const folder = await mkdtemp(join(tmpdir(), 'pg-dblink-bench-'));
  return {
    sideMain: join(outdir, 'side.mjs'),
    replayMain: join(outdir, 'replay.mjs'),
    engineStart: join(outdir, 'engine-start.mjs'),
    libpq: await compileLibpq(folder),
    folder,
    [Symbol.asyncDispose]: async () => {
      for (const path of [folder, outdir]) await rm(path, { recursive: true, force: true });
    },
  };
}
