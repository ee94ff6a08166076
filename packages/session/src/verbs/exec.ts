import type { Result } from '../command.ts';
import { DblinkError } from '../errors.ts';
import { relay, type Subject } from '../relay.ts';
import { runCommand } from '../run.ts';
import type { Scope } from '../scope.ts';
import { withTarget } from '../target.ts';

/** dblink_exec: the command tag of the last statement, or `ERROR` after a notice. */
export function exec(scope: Scope, target: string | undefined, sql: string, failOnError: boolean): Promise<string> {
  return withTarget(scope, target, async (subject) => {
    const result = await runCommand(subject.remote, sql, scope.signal);
    return commandTag(scope, subject, result, failOnError);
  });
}

/** What the last result of a command means to its caller; a failure is relayed. */
export function commandTag(scope: Scope, subject: Subject, result: Result | undefined, failOnError: boolean): string {
  if (result?.kind === 'command') return result.tag;
  if (result?.kind === 'rows') {
    throw new DblinkError({ sqlState: '2F003', message: 'statement returning results not allowed' });
  }
  relay(scope, subject, result, 'while executing command', failOnError);
  return 'ERROR';
}
