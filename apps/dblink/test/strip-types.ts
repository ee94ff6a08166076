import { transformSync } from 'esbuild';

/** TypeScript as JavaScript that Node 20 runs. */
export function stripTypeScriptTypes(source: string): string {
  return transformSync(source, { loader: 'ts', format: 'esm', target: 'es2022' }).code;
}
