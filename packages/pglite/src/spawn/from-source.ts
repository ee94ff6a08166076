import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface Bundler {
  buildSync(options: Readonly<Record<string, unknown>>): unknown;
}

let bundled: URL | undefined;

/**
 * The worker for tests that run from the sources: Node 20 loads no TypeScript in a worker, so it is bundled, once a
 * process, by the esbuild that the workspace has for its builds. The published package never comes here.
 */
export function bundleFromSource(require: NodeJS.Require, here: string): URL {
  bundled ??= bundle(require, here);
  return bundled;
}

function bundle(require: NodeJS.Require, here: string): URL {
  // Never a folder that was there before: it could hold the worker of other sources, or of somebody else.
  const directory = mkdtempSync(join(tmpdir(), `dblink-worker-${process.pid}-`));
  const outfile = join(directory, 'worker.mjs');
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const { buildSync } = require('esbuild') as Bundler;
  buildSync({
    entryPoints: [fileURLToPath(new URL('../worker.ts', here))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@pg-dblink/source'],
    sourcemap: 'inline',
  });
  return pathToFileURL(outfile);
}
