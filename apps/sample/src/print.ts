import { styleText } from 'node:util';
import { redactConninfo } from '@pg-dblink/connstring';
import type { DataSet } from './data/data-set.ts';
import type { Servers } from './servers/remote.ts';
import type { TourPrinter } from './tour/play.ts';

/** Where the tour is printed: standard output, or what a test gives in its place. */
export interface PrintOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Prints the tour and what precedes it. */
export interface Printer extends TourPrinter {
  /** Names the data, who made it, and its licence. */
  sources(sets: readonly DataSet[]): void;
  /** Says which connection strings the script's variables stand for, without their secrets. */
  variables(servers: Servers): void;
}

/** Prints plain text, and on a terminal comments and statements in a style of their own, unless `NO_COLOR` is set. */
export function createPrinter(output: PrintOutput, environment: NodeJS.ProcessEnv): Printer {
  const styled = output.isTTY === true && (environment['NO_COLOR'] ?? '') === '';
  const style = (name: 'cyan' | 'bold', text: string): string => (styled ? styleText(name, text) : text);
  const print = (text: string): void => void output.write(`${text}\n`);
  return {
    sources: (sets) => {
      for (const set of sets) {
        print(`${set.title}: ${set.source}, ${set.url}`);
        print(`  licence ${set.licence}; npm package ${set.package}`);
      }
      print('');
    },
    variables: ({ atlas, seismo }) => {
      for (const { name, conninfo } of [atlas, seismo]) print(`:'${name}' is ${redactConninfo(conninfo)}`);
      print('');
    },
    comment: (text) => print(`${style('cyan', text)}\n`),
    statement: (text) => print(style('bold', text)),
    // A table brings its own blank line.
    outcome: (text) => void output.write(text.endsWith('\n\n') ? text : `${text}\n`),
  };
}
