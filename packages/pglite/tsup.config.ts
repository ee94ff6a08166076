import { defineConfig } from 'tsup';

const shared = {
  format: ['esm' as const],
  target: 'es2022',
  external: [/^node:/],
  sourcemap: true,
  splitting: false,
  dts: false,
  // Two builds write into one folder: the build script empties it before both.
  clean: false,
  silent: true,
};

// The worker carries its packages inside, so that it starts wherever its file lies, also beside a bundled application.
export default defineConfig([
  { ...shared, entry: ['src/index.ts'], platform: 'neutral' },
  { ...shared, entry: ['src/worker.ts'], platform: 'node', noExternal: [/^@pg-dblink\//] },
]);
