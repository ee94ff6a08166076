import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Signals to send in turn, and the milliseconds that each of them may take. */
export type Ladder = readonly (readonly [signal: NodeJS.Signals, patience: number])[];

/** Sends signals until the process has ended; settles behind the last of them in any case. */
export async function endProcess(child: ChildProcess, ladder: Ladder): Promise<void> {
  for (const [signal, patience] of ladder) {
    if (child.pid === undefined || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await Promise.race([ended, unrefPause(patience)]);
  }
}

/** Whether its end has been seen. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function unrefPause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
