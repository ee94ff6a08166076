import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerIdentity, serverIdentity } from './identity.ts';
import { copyInstallation } from './installation-copy.ts';
import { type Installation, programPath } from './installations.ts';
import { runProgram } from './programs.ts';
import { supervisor } from './supervisor.ts';

/*
 * The folder of this process under the system's temporary folder. It holds, per major version, a fresh data directory
 * to copy from (initdb takes most of a second, a copy a fifth of it) and, only where the account that servers run under
 * cannot use the installation where it lies, a copy of that. The supervisor removes it when the process ends.
 */

/** Programs and data directory of one major version, ready to be used by the servers' account. */
export interface Workplace {
  readonly version: number;
  readonly installation: Pick<Installation, 'root' | 'version'>;
  readonly identity: ServerIdentity | undefined;
  readonly templateDirectory: string;
}

interface Workshop {
  readonly folder: string;
  readonly identity: ServerIdentity | undefined;
  readonly workplaces: Map<string, Promise<Workplace>>;
  clusters: number;
}

// One per process by nature: it is this process's folder.
let workshop: Workshop | undefined;

function open(): Workshop {
  if (workshop !== undefined) return workshop;
  const identity = serverIdentity();
  // Short, because the path of a unix socket may not exceed 103 bytes on some platforms.
  const folder = join(tmpdir(), `pgt-${randomBytes(5).toString('hex')}`);
  // Registered before it exists, so that at no moment it exists unregistered.
  supervisor().watchFolder(folder);
  mkdirSync(folder, { mode: 0o700 });
  if (identity !== undefined) chownSync(folder, identity.uid, identity.gid);
  workshop = { folder, identity, workplaces: new Map(), clusters: 0 };
  return workshop;
}

/** A new, empty folder for one cluster, owned by the servers' account. */
export async function clusterFolder(): Promise<string> {
  const shop = open();
  shop.clusters += 1;
  const folder = join(shop.folder, String(shop.clusters));
  await mkdir(folder, { mode: 0o700 });
  if (shop.identity !== undefined) chownSync(folder, shop.identity.uid, shop.identity.gid);
  return folder;
}

/** Programs and template of an installation; made once per process, however many callers ask at the same time. */
export function workplace(installation: Installation): Promise<Workplace> {
  const shop = open();
  const there = shop.workplaces.get(installation.root);
  if (there !== undefined) return there;
  const made = furnish(shop, installation);
  shop.workplaces.set(installation.root, made);
  made.catch(() => shop.workplaces.delete(installation.root));
  return made;
}

/** Removes this process's folder at once instead of at its end; only when no cluster of this process runs. */
export async function clearWorkshop(): Promise<void> {
  if (workshop === undefined) return;
  const { folder } = workshop;
  workshop = undefined;
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  supervisor().forget(folder);
}

async function furnish(shop: Workshop, installation: Installation): Promise<Workplace> {
  const { identity } = shop;
  const usable = await usableInPlace(installation, identity, shop.folder);
  const root = usable ? installation.root : await copyInstallation(installation, shop.folder);
  const templateDirectory = join(shop.folder, `template-${installation.version}-${shop.workplaces.size}`);
  const args = ['-D', templateDirectory, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await runProgram(programPath({ root }, 'initdb'), args, identity, shop.folder);
  return {
    version: installation.version,
    installation: { root, version: installation.version },
    identity,
    templateDirectory,
  };
}

async function usableInPlace(
  installation: Installation,
  identity: ServerIdentity | undefined,
  home: string,
): Promise<boolean> {
  if (installation.missingLinks.length > 0) return false;
  try {
    await runProgram(programPath(installation, 'postgres'), ['--version'], identity, home);
    return true;
  } catch {
    return false;
  }
}
