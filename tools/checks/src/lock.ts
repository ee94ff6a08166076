import type { Check, Finding } from './finding.ts';
import { readText } from './tree.ts';

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The lock file names every optional dependency of what it locks, also those that no registry here has: `npm ci`
 * refuses a lock file that leaves one out, on every platform.
 */
export const lock: Check = {
  name: 'lock',
  run(root) {
    const { packages } = JSON.parse(readText(root, 'package-lock.json')) as { packages: Record<string, Locked> };
    const findings: Finding[] = [];
    for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
      for (const name of Object.keys(optionalDependencies)) {
        if (isLocked(packages, path, name)) continue;
        findings.push({
          file: 'package-lock.json',
          message: `${path || 'the root'} may depend on ${name}: not locked`,
        });
      }
    }
    return findings;
  },
};

/** Whether a package is found from where another stands: in its own node_modules, or in one further out. */
function isLocked(packages: Readonly<Record<string, unknown>>, from: string, name: string): boolean {
  for (let base = from; ; base = base.slice(0, Math.max(base.lastIndexOf('/'), 0))) {
    if (Object.hasOwn(packages, `${base === '' ? '' : `${base}/`}node_modules/${name}`)) return true;
    if (base === '') return false;
  }
}
