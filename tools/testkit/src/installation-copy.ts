import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, posix, relative } from 'node:path';
import type { Installation } from './installations.ts';

/**
 * Copies an installation to where any account can run it, with the links that its package left out.
 *
 * The copy goes into `folder` and goes away with it. Whoever sets `PG_DBLINK_TESTKIT_CACHE` to a folder of theirs has
 * the copy made there once, keyed by version and content, and removes it themselves.
 */
export async function copyInstallation(installation: Installation, folder: string): Promise<string> {
  const parent = process.env['PG_DBLINK_TESTKIT_CACHE'] ?? folder;
  const root = join(parent, `postgresql-${installation.version}-${await fingerprint(installation.root)}`);
  if (existsSync(root)) return root;
  await mkdir(parent, { recursive: true, mode: 0o755 });
  // Written under another name and renamed when whole, so that a concurrent starter never sees half of it.
  const draft = `${root}.${randomBytes(5).toString('hex')}`;
  try {
    await cp(installation.root, draft, { recursive: true, verbatimSymlinks: true });
    for (const { target, path } of installation.missingLinks) {
      await mkdir(dirname(join(draft, path)), { recursive: true });
      await symlink(posix.relative(posix.dirname(path), target), join(draft, path));
    }
    await rename(draft, root);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(root)) throw error;
  }
  return root;
}

/** Names and sizes tell apart any two releases, and cost no reading of 60 MB. */
async function fingerprint(root: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(`${relative(root, file)}\0${(await stat(file)).size}\0`);
  return hash.digest('hex').slice(0, 12);
}
