import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The folders that promise to do no I/O, so that their tests must run wherever JavaScript does. */
const pureFolders = [
  'packages/protocol/src',
  'packages/connstring/src',
  'packages/sql/src',
  'packages/session/src',
  'packages/client/src/machine',
];

/** The tests in those folders, as paths from the root with slashes. */
export function findTestFiles(root: string): readonly string[] {
  return pureFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) =>
        relative(root, join(root, folder, path))
          .split(sep)
          .join('/'),
      )
      .sort(),
  );
}
