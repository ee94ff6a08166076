import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface Bundler {
  buildSync(options: Readonly<Record<string, unknown>>): unknown;
}

/**
 * The worker for tests that run from the sources: Node 20 loads no TypeScript in a worker, so it is bundled, once a
 * process, by the esbuild that the workspace has for its builds. The published package never comes here.
 */
export function bundleFromSource(require: NodeJS.Require, here: string): URL {
  const directory = join(tmpdir(), `dblink-worker-${process.pid}`);
  const outfile = join(directory, 'worker.mjs');
  if (!existsSync(outfile)) {
    mkdirSync(directory, { recursive: true });
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
  }
  return pathToFileURL(outfile);
}
