import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { layers } from './layers.ts';
import { lines } from './lines.ts';
import { lock } from './lock.ts';
import { namedTests } from './named-tests.ts';
import { silenced } from './silenced.ts';
import { words } from './words.ts';

const trees: string[] = [];

/** A tree outside git that holds just these files. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'pg-dblink-checks-'));
  trees.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

afterEach(() => {
  for (const root of trees.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe('layers', () => {
  const objections = async (file: string, text: string): Promise<readonly string[]> =>
    (await layers.run(treeOf({ [file]: text }))).map(({ message }) => message);

  it('lets arrows point down', async () => {
    expect(await objections('packages/client/src/a.ts', "import { x } from '@pg-dblink/protocol';\n")).toEqual([]);
    expect(await objections('packages/client/src/node.ts', "import net from 'node:net';\n")).toEqual([]);
  });

  it('refuses an arrow that points up, in every form of import', async () => {
    const refusal = ['packages/protocol may not import @pg-dblink/client: arrows point down only'];
    const file = 'packages/protocol/src/a.ts';
    expect(await objections(file, "import { x } from '@pg-dblink/client';\n")).toEqual(refusal);
    expect(await objections(file, "import {\n  x,\n} from '@pg-dblink/client';\n")).toEqual(refusal);
    expect(await objections(file, "export { x } from '@pg-dblink/client';\n")).toEqual(refusal);
    expect(await objections(file, "const x = await import('@pg-dblink/client');\n")).toEqual(refusal);
  });

  it('refuses node: and deep imports where they have no place', async () => {
    expect(await objections('packages/sql/src/a.ts', "import { readFileSync } from 'node:fs';\n")).toEqual([
      'sans-I/O, yet it imports node:fs',
    ]);
    expect(await objections('packages/client/src/machine/a.ts', "import net from 'node:net';\n")).toHaveLength(1);
    expect(await objections('packages/client/src/a.ts', "import { x } from '@pg-dblink/protocol/src/x.ts';\n")).toEqual(
      ['deep import @pg-dblink/protocol/src/x.ts'],
    );
    expect(
      await objections('packages/client/src/a.ts', "import { x } from '../../../packages/sql/src/x.ts';\n"),
    ).toHaveLength(1);
  });

  it('lets session name only types of the client', async () => {
    const file = 'packages/session/src/a.ts';
    expect(await objections(file, "import type { Connection } from '@pg-dblink/client';\n")).toEqual([]);
    expect(await objections(file, "import { connect } from '@pg-dblink/client';\n")).toEqual([
      'packages/session may import only types of @pg-dblink/client',
    ]);
  });
});

describe('lines', () => {
  it('refuses the 401st line, generated files excepted', async () => {
    const root = treeOf({
      'packages/a/src/long.ts': '//\n'.repeat(401),
      'packages/a/src/right.ts': '//\n'.repeat(400),
      'packages/a/src/table.generated.ts': '//\n'.repeat(5000),
    });
    expect(await lines.run(root)).toEqual([{ file: 'packages/a/src/long.ts', message: '401 lines, at most 400' }]);
  });
});

describe('lock', () => {
  it('refuses a lock file that leaves out what a locked package may depend on', async () => {
    const locked = (packages: unknown): string => treeOf({ 'package-lock.json': JSON.stringify({ packages }) });
    const tool = { optionalDependencies: { 'tool-linux': '1.0.0', 'tool-windows': '1.0.0' } };
    const whole = { 'node_modules/tool': tool, 'node_modules/tool-linux': {}, 'node_modules/tool-windows': {} };
    const nested = { 'node_modules/a/node_modules/tool': tool, 'node_modules/a/node_modules/tool-linux': {} };
    expect(await lock.run(locked(whole))).toEqual([]);
    expect((await lock.run(locked(nested))).map(({ message }) => message)).toEqual([
      'node_modules/a/node_modules/tool may depend on tool-windows: not locked',
    ]);
  });
});

describe('named tests', () => {
  const template = `$\{a} and b`;
  const source = `describe('all of it', () => {\n  test(\`${template}\`, () => {});\n});\n`;
  const messages = async (document: string): Promise<readonly string[]> => {
    const root = treeOf({ 'docs/a.md': document, 'packages/p/test/x.test.ts': source });
    return (await namedTests.run(root)).map(({ message }) => message);
  };

  it('takes a link to a test that is there', async () => {
    expect(await messages('[yes](../packages/p/test/x.test.ts "all of it")')).toEqual([]);
    expect(await messages(`[yes](../packages/p/test/x.test.ts "${template}")`)).toEqual([]);
  });

  it('refuses a link to no file, and to no test', async () => {
    expect(await messages('[yes](../packages/p/test/x.test.ts)')).toEqual([]);
    expect(await messages('[yes](x.test.ts "all of it")')).toEqual(['there is no docs/x.test.ts']);
    expect(await messages('[yes](../packages/p/test/x.test.ts "all")')).toEqual([
      'packages/p/test/x.test.ts has no test "all"',
    ]);
  });

  it('wants a test behind every cell of a column that promises', async () => {
    const table = (cell: string): string => `| | this client | other |\n|---|---|---|\n| x | ${cell} | yes |\n`;
    expect(await messages(table('[yes](../packages/p/test/x.test.ts "all of it")'))).toEqual([]);
    expect(await messages(table('yes'))).toEqual(['"yes" is backed by no named test']);
    expect(await messages(table(''))).toHaveLength(1);
    expect(await messages(table('[yes](../packages/p/test/x.test.ts)'))).toHaveLength(1);
  });
});

describe('words', () => {
  it('refuses a path of this machine, a download address and a vague name', async () => {
    const root = treeOf({
      'docs/a.md': `see ${homedir()}/notes`,
      'package-lock.json': `{ "resolved": "${'https'}://registry.invalid/a.tgz" }`,
      'packages/a/src/utils.ts': '',
      'packages/a/src/fine.ts': '',
    });
    const found = await words.run(root);
    expect(found.map(({ file }) => file).sort()).toEqual(['docs/a.md', 'package-lock.json', 'packages/a/src/utils.ts']);
  });
});

describe('silenced', () => {
  it('wants a reason beside a silenced check, and takes none for only, todo and skip', async () => {
    const root = treeOf({
      'a.ts': [
        `// ${'biome-ignore'} lint/x: the switch is exhaustive by construction`,
        `// ${'biome-ignore'}`,
        `it.${'only'}('a', () => {});`,
        `it.${'skip'}('because of something or other', () => {});`,
      ].join('\n'),
    });
    expect((await silenced.run(root)).map(({ file }) => file)).toEqual(['a.ts:2', 'a.ts:3', 'a.ts:4']);
  });
});
