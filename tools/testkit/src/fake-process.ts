import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FakeScript } from './fake-script.ts';

/** A fake that runs in a process of its own and ends with this one. */
export interface FakeProcess extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a fake in a process of its own: for tests whose own thread stands still while it waits for the fake, as a
 * PGlite thread does.
 *
 * @example const fake = await startFakeProcess({ connections: [[{ do: 'read startup' }, { do: 'hang' }]] });
 */
export async function startFakeProcess(script: FakeScript): Promise<FakeProcess> {
  // Node 20 runs TypeScript only through tsx; in dist the program beside this file is JavaScript.
  const source = import.meta.url.endsWith('.ts');
  const program = new URL(source ? './fake-process-main.ts' : './fake-process-main.js', import.meta.url);
  const child = fork(fileURLToPath(program), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: source ? ['--import', 'tsx', '--conditions=@pg-dblink/source'] : [],
  });
  child.send(script);
  const failed = once(child, 'exit').then(() => {
    throw new Error('the fake did not start');
  });
  const [port] = (await Promise.race([once(child, 'message'), failed])) as [number];
  failed.catch(() => undefined);
  child.unref();
  child.channel?.unref();
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { host: '127.0.0.1', port, stop, [Symbol.asyncDispose]: stop };
}
