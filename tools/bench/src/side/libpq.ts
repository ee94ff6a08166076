import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Target, Task } from './work.ts';

const run = promisify(execFile);

/** The program of the C library, or why there is none here. */
export type LibpqProgram =
  | { readonly kind: 'program'; readonly path: string; readonly version: string }
  | { readonly kind: 'missing'; readonly reason: string };

/** Compiles the program with the machine's C compiler and libpq, where it has both. */
export async function compileLibpq(folder: string): Promise<LibpqProgram> {
  const path = join(folder, 'libpq');
  try {
    const [include, library, version] = await Promise.all(
      ['--includedir', '--libdir', '--version'].map(async (what) => (await run('pg_config', [what])).stdout.trim()),
    );
    const source = join(import.meta.dirname, 'libpq.c');
    await run('cc', ['-O2', '-o', path, source, `-I${include}`, `-L${library}`, '-lpq']);
    return { kind: 'program', path, version: (version ?? '').replace('PostgreSQL', 'libpq') };
  } catch (error) {
    return { kind: 'missing', reason: `no libpq here: ${firstLine(error)}` };
  }
}

/** The program's arguments for a task. */
export function libpqArguments({ work, target, count = 0, sql = '' }: Task): readonly string[] {
  return [work, conninfo(target), String(count), sql];
}

function conninfo({ host, port, user, password, tls }: Target): string {
  const secret = password === undefined ? '' : ` password='${password}'`;
  return `host=${host} port=${port} user=${user} dbname=postgres sslmode=${tls === true ? 'require' : 'disable'} gssencmode=disable${secret}`;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
