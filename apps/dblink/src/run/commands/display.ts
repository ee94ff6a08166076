import { logError, type RunContext } from '../context.ts';
import { changeSetting, describeSetting, SETTING_NAMES, settingText } from '../print-options.ts';
import type { Outcome } from '../state.ts';
import { parseBoolean } from '../variables.ts';
import type { Commands } from './command.ts';

/** `\pset` and its short forms, `\timing` */
export const displayCommands: Commands = {
  pset: ({ script: { context }, arguments: args }) => {
    const option = args.next()?.value;
    if (option === undefined) {
      for (const name of SETTING_NAMES) {
        context.stdout.write(`${name.padEnd(24)}${settingText(context.settings, name)}\n`);
      }
      return 'continue';
    }
    return pset(context, option, args.next()?.value);
  },
  a: ({ script: { context } }) =>
    pset(context, 'format', context.settings.format === 'aligned' ? 'unaligned' : 'aligned'),
  t: ({ script: { context }, arguments: args }) => pset(context, 'tuples_only', args.next()?.value),
  x: ({ script: { context }, arguments: args }) => pset(context, 'expanded', args.next()?.value),
  f: ({ script: { context }, arguments: args }) => pset(context, 'fieldsep', args.next()?.value),
  C: ({ script: { context }, arguments: args }) => pset(context, 'title', args.next()?.value),
  timing: ({ script: { context }, arguments: args }) => {
    const value = args.next()?.value;
    try {
      const on = value === undefined ? context.timing === 'off' : parseBoolean(value, '\\timing');
      context.timing = on ? 'on' : 'off';
    } finally {
      // psql says how it stands after a value that it cannot read, too.
      if (!context.variables.isOn('QUIET')) context.stdout.write(`Timing is ${context.timing}.\n`);
    }
  },
};

/** Switches that psql says something of when it turns them over, not when it is given their value. */
const silentOptions = new Set(['t', 'tuples_only', 'footer']);

function pset(context: RunContext, option: string, value: string | undefined): Outcome {
  const change = changeSetting(context.settings, option, value);
  if ('error' in change) {
    logError(context, change.error);
    return 'failed';
  }
  context.settings = change.settings;
  const isSilent = context.variables.isOn('QUIET') || (value !== undefined && silentOptions.has(option));
  if (!isSilent) context.stdout.write(`${describeSetting(context.settings, option)}\n`);
  return 'continue';
}
