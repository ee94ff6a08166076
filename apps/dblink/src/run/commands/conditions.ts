import { logError } from '../context.ts';
import type { Outcome, Script } from '../state.ts';
import { parseBoolean, ValueError } from '../variables.ts';
import type { Commands, Invocation } from './command.ts';

/** `\if`, `\elif`, `\else`, `\endif` */
export const conditionCommands: Commands = {
  if: (invocation) => {
    const { conditions, scanner } = invocation.script;
    conditions.begin(scanner.buffer, () => evaluate(invocation));
    invocation.arguments.all();
  },
  elif: (invocation) =>
    branch(invocation.script, (conditions) => {
      const problem = conditions.otherwiseIf(() => evaluate(invocation));
      invocation.arguments.all();
      return problem;
    }),
  else: ({ script }) => branch(script, (conditions) => conditions.otherwise()),
  endif: ({ script }) => branch(script, (conditions) => conditions.end()),
};

/** Ends one branch: what stood in it does not stay in the query buffer if it did not count. */
function branch(script: Script, change: (conditions: Script['conditions']) => string | undefined): Outcome {
  const { conditions, scanner, context } = script;
  const { isActive, buffer } = conditions;
  const problem = change(conditions);
  if (problem !== undefined) {
    logError(context, problem);
    return 'failed';
  }
  if (!isActive) scanner.buffer = buffer;
  return 'continue';
}

/** The words of the condition as one Boolean; what cannot be read is an error, and false. */
function evaluate({ script, arguments: args }: Invocation): boolean {
  const text = args.all().join(' ');
  try {
    return parseBoolean(text, '\\if expression');
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    logError(script.context, error.message);
    return false;
  }
}
