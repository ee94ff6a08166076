import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Extension from '@pg-dblink/pglite';
import { build } from 'esbuild';

const packages = join(import.meta.dirname, '../../../../packages');
const outdir = join(import.meta.dirname, '../../dist/dblink');

/**
 * The extension as it is published, one file for each thread. The loader that runs the bench from its sources gives every
 * closure its name at the moment that it is made, which doubles the time of a call.
 */
export async function builtExtension(): Promise<typeof Extension> {
  await build({
    entryPoints: { index: join(packages, 'pglite/src/index.ts'), worker: join(packages, 'pglite/src/worker.ts') },
    outdir,
    bundle: true,
    external: ['@electric-sql/pglite'],
    conditions: ['@pg-dblink/source'],
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  return (await import(pathToFileURL(join(outdir, 'index.js')).href)) as typeof Extension;
}
