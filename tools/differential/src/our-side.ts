import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOutcome, type SqlOutcome } from '@pg-dblink/testkit';
import type { Case } from './cases.ts';
import { outcomeText } from './outcome-text.ts';
import { localSetUp, type Remote } from './servers.ts';
import { type Side, sessionStart, startPatience, within } from './side.ts';

/**
 * PGlite with our extension. One engine serves all cases; what a case leaves in the session is undone after it.
 *
 * @param code - what runs: what a build left in `dist`, or the sources
 */
export async function startOurSide(remote: Remote, code: 'build' | 'source' = 'build'): Promise<Side> {
  let engine = await startEngine(remote, code);
  const run = async ({ id, steps }: Case): Promise<readonly string[]> => {
    await remote.reset();
    try {
      await engine.run(sessionStart);
      const texts: string[] = [];
      for (const step of steps)
        texts.push(remote.unnamed(outcomeText(await within(engine.run(step), `ours, ${id}: ${step}`))));
      await within(undo(engine, steps), `ours, ${id}: undoing it`);
      return texts;
    } catch (error) {
      // It is wedged, or dead: the next case gets another.
      await engine.stop();
      engine = await startEngine(remote, code);
      throw error;
    }
  };
  return { name: 'ours in PGlite', run, stop: () => engine.stop() };
}

interface Engine {
  run(sql: string): Promise<SqlOutcome>;
  stop(): Promise<void>;
}

async function startEngine(remote: Remote, code: 'build' | 'source'): Promise<Engine> {
  const child = fork(join(import.meta.dirname, 'engine-process.ts'), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--import', 'tsx', ...(code === 'source' ? ['--conditions=@pg-dblink/source'] : [])],
  });
  const engine: Engine = {
    run: (sql) => ask(child, sql),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      // What it bundled to run from the sources goes with a process that ends by itself only.
      const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`dblink-worker-${child.pid}-`));
      for (const name of left) rmSync(join(tmpdir(), name), { recursive: true, force: true });
    },
  };
  await within(next(child), 'the embedded engine starts', startPatience);
  const { error } = await within(engine.run(localSetUp(remote)), 'the embedded engine is set up');
  if (error === undefined) return engine;
  await engine.stop();
  throw new Error(`the embedded engine cannot be set up: ${error.message}`);
}

async function ask(child: ChildProcess, sql: string): Promise<SqlOutcome> {
  child.send({ sql });
  const { bytes } = (await next(child)) as { readonly bytes: Uint8Array };
  return readOutcome(bytes);
}

function next(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit);
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      child.off('message', onMessage);
      reject(new Error(`the embedded engine ended (${signal ?? code})`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

/**
 * Makes the one session of the engine as good as new. The record of the unnamed connection outlives the connection
 * (its cursor count does, in the C extension too), so after cursors one clean opening and closing sets it back.
 */
async function undo(engine: Engine, steps: readonly string[]): Promise<void> {
  await engine.run('rollback');
  // Not RESET SESSION AUTHORIZATION: in PGlite 0.5.16 that leaves the session with the other role.
  await engine.run('set session authorization postgres; reset role');
  await engine.run('discard all');
  await engine.run('select dblink_disconnect(name) from unnest(dblink_get_connections()) name');
  await engine.run('select dblink_disconnect()');
  if (!steps.some((step) => /dblink_(open|close)\(/.test(step))) return;
  for (const step of [
    'dblink_connect(cp())',
    "dblink_open('c', 'select 1')",
    "dblink_close('c')",
    'dblink_disconnect()',
  ])
    await engine.run(`select ${step}`);
}
