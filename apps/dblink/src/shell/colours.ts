import picocolors from 'picocolors';
import type { Output } from '../run/output.ts';

const level = /^(dblink:\S* )?(ERROR|FATAL|PANIC|error|WARNING|warning|NOTICE|INFO|LOG|DEBUG|DETAIL|HINT)(: )/;

/** Standard error with the severity of each message in colour, for a terminal. */
export function colouredMessages(output: Output): Output {
  const { red, yellow, cyan, bold } = picocolors.createColors(true);
  const paint = (severity: string): string => {
    if (/^(?:ERROR|FATAL|PANIC|error)$/.test(severity)) return bold(red(severity));
    return /^warning$/i.test(severity) ? bold(yellow(severity)) : cyan(severity);
  };
  return {
    ...output,
    write: (text) => {
      output.write(
        text.replace(level, (_whole, place = '', severity: string, end: string) => {
          return `${place}${paint(severity)}${end}`;
        }),
      );
    },
  };
}

/** Whether standard error is a terminal that shows colours; NO_COLOR says that it shall not. */
export function wantsColours(): boolean {
  return process.stderr.isTTY === true && picocolors.isColorSupported;
}
