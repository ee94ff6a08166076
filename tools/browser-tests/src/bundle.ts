import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** What can run on the page, and what cannot. */
export interface Bundle {
  readonly script: string;
  readonly included: readonly string[];
  /** Tests that need Node, each with the first module of Node's that it reaches. */
  readonly needNode: ReadonlyMap<string, string>;
}

/** Properties run on the page to see them run there at all; the many runs are Node's business. */
const propertyRuns = 100;

const page = join(import.meta.dirname, 'page');

const options = {
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  conditions: ['@pg-dblink/source'] as string[],
  define: { 'process.env': JSON.stringify({ FUZZ_RUNS: String(propertyRuns) }) },
  // The polyfill is what a bundler puts in the place of Node's Buffer.
  alias: { vitest: join(page, 'vitest.ts'), 'node:buffer': 'buffer/' },
  logLevel: 'silent',
} as const;

/** Tells of every module of Node's that is asked for; the page has none. */
function noticeNode(notice: (module: string) => void): Plugin {
  return {
    name: 'notice-node',
    setup({ onResolve }) {
      onResolve({ filter: /^node:/ }, ({ path }) => {
        if (path === 'node:buffer') return undefined;
        notice(path);
        return { path, external: true };
      });
    },
  };
}

/** The module that lists the tests, each as a function that loads it. */
function listTests(files: readonly string[], root: string): Plugin {
  return {
    name: 'list-tests',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^virtual:test-files$/ }, ({ path }) => ({ path, namespace: 'virtual' }));
      onLoad({ filter: /.*/, namespace: 'virtual' }, () => ({
        contents: `export const files = {\n${files
          .map((file) => `${JSON.stringify(file)}: () => import(${JSON.stringify(join(root, file))}),`)
          .join('\n')}\n};`,
        resolveDir: root,
      }));
    },
  };
}

/** The module of Node's that a test reaches, if it reaches any. */
async function needOf(file: string, root: string): Promise<string | undefined> {
  let need: string | undefined;
  const notice = noticeNode((module) => {
    need ??= module;
  });
  await build({ ...options, entryPoints: [join(root, file)], plugins: [notice] });
  return need;
}

/** Bundles the page with every test that does not need Node. */
export async function bundleTests(files: readonly string[], root: string): Promise<Bundle> {
  const needNode = new Map<string, string>();
  for (const file of files) {
    const need = await needOf(file, root);
    if (need !== undefined) needNode.set(file, need);
  }
  const included = files.filter((file) => !needNode.has(file));
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(page, 'page.ts')],
    plugins: [
      listTests(included, root),
      noticeNode((module) => {
        throw new Error(`the page itself needs ${module}`);
      }),
    ],
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error('nothing was bundled');
  return { script: script.text, included, needNode };
}
