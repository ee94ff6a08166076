import type { Engine } from '../engine/engine.ts';
import type { RunContext } from '../run/context.ts';
import type { ExitStatus } from '../run/state.ts';

export async function runShell(_context: RunContext, _engine: Engine): Promise<ExitStatus> {
  return 0;
}
