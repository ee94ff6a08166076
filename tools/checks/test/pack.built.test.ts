import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

const root = resolve(import.meta.dirname, '../../..');
const published = [...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`), 'apps/dblink'];
const room = mkdtempSync(join(tmpdir(), 'pg-dblink-pack-'));
const tarballs = new Map<string, string>();

const manifestOf = (dir: string): Manifest =>
  JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8')) as Manifest;

// What npm would publish, unpacked side by side: consumers see the tarballs and nothing of this tree's sources.
beforeAll(() => {
  for (const dir of published) {
    const listed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', room], {
      cwd: join(root, dir),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const parsed = JSON.parse(listed) as readonly { filename: string }[] | Record<string, { filename: string }>;
    const [packed] = Array.isArray(parsed) ? parsed : Object.values(parsed);
    const tarball = join(room, packed?.filename ?? '');
    tarballs.set(dir, tarball);
    const home = join(room, 'node_modules', manifestOf(dir).name);
    mkdirSync(home, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  }
  // Third-party dependencies come from this tree's install.
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name.startsWith('.') || name === '@pg-dblink' || name === 'pg-dblink') continue;
    symlinkSync(join(root, 'node_modules', name), join(room, 'node_modules', name));
  }
  cpSync(join(root, 'LICENSE'), join(room, 'LICENSE'));
});

afterAll(() => rmSync(room, { recursive: true, force: true }));

describe.each(published)('%s as it would be published', (dir) => {
  it('has nothing that publint objects to', async () => {
    const { messages } = await publint({
      pkgDir: join(room, 'node_modules', manifestOf(dir).name),
      strict: true,
      pack: false,
    });
    expect(messages).toEqual([]);
  });

  it('has types that resolve (attw, ESM only)', () => {
    const args = ['--no-install', 'attw', tarballs.get(dir) ?? '', '--profile', 'esm-only', '--no-color', '--no-emoji'];
    const { status, stdout } = spawnSync('npx', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(stdout).toMatch(/node16 \(from ESM\).*OK/);
    expect({ status, stdout }).toMatchObject({ status: 0 });
  });

  it('can be imported and required by every entry', () => {
    const manifest = manifestOf(dir);
    const entries = Object.entries(manifest.exports)
      // A worker's entry is started, not imported.
      .filter(([path, target]) => typeof target === 'object' && !/worker$/.test(path))
      .map(([path]) => `${manifest.name}${path.slice(1)}`);
    expect(entries.length).toBeGreaterThan(0);
    const script = join(room, `consume-${dir.replace('/', '-')}.mjs`);
    writeFileSync(
      script,
      [
        "import { createRequire } from 'node:module';",
        'const require = createRequire(import.meta.url);',
        `for (const entry of ${JSON.stringify(entries)}) {`,
        '  const names = Object.keys(await import(entry)).sort();',
        '  if (names.length === 0) throw new Error(entry + " exports nothing");',
        '  const required = Object.keys(require(entry)).filter((name) => name !== "__esModule").sort();',
        '  if (String(required) !== String(names)) throw new Error(entry + ": require sees " + required + ", import " + names);',
        '}',
        "process.stdout.write('consumed');",
      ].join('\n'),
    );
    const env = { ...process.env, NODE_NO_WARNINGS: '1' };
    expect(execFileSync(process.execPath, [script], { cwd: room, encoding: 'utf8', env })).toBe('consumed');
  });
});
