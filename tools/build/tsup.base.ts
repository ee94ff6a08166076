import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'tsup';

type ExportTarget = string | { readonly '@pg-dblink/source'?: string };

/** A package's `exports` and `bin` are the only list of its entry points. */
export function fromExports(dir: string): ReturnType<typeof defineConfig> {
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as {
    exports?: Record<string, ExportTarget>;
    bin?: Record<string, string>;
  };
  const sources = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === 'object' && target['@pg-dblink/source'] !== undefined ? [target['@pg-dblink/source']] : [],
  );
  // A command's file does nothing but start this one.
  const main = manifest.bin === undefined ? [] : ['src/main.ts'];
  const entry = [...new Set([...sources, ...main].map((path) => path.replace(/^\.\//, '')))];
  return defineConfig({
    entry,
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    external: [/^node:/],
    sourcemap: true,
    splitting: true,
    // tsup's own declaration step does not run on TypeScript 6; tsc writes the declarations.
    dts: false,
    clean: true,
    silent: true,
  });
}
