import { logError } from '../context.ts';
import type { Commands } from './command.ts';

/**
 * `\restrict KEY` and `\unrestrict KEY`: a dump stands between them, so that no backslash command that came in with the
 * data of an untrusted server is run.
 */
export const restrictionCommands: Commands = {
  restrict: ({ script: { context }, arguments: args }) => {
    const key = args.next()?.value;
    if (key === undefined || key === '') {
      logError(context, '\\restrict: missing required argument');
      return 'failed';
    }
    context.restriction = { key };
    return 'continue';
  },
  unrestrict: ({ script: { context }, arguments: args }) => {
    const key = args.next()?.value;
    const problem = problemWith(context.restriction?.key, key);
    if (problem === undefined) {
      context.restriction = undefined;
      return 'continue';
    }
    logError(context, `\\unrestrict: ${problem}`);
    return 'failed';
  },
};

function problemWith(expected: string | undefined, key: string | undefined): string | undefined {
  if (key === undefined || key === '') return 'missing required argument';
  if (expected === undefined) return 'not currently in restricted mode';
  return key === expected ? undefined : 'wrong key';
}
