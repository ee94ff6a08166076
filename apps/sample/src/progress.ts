/** Where progress is written: standard error, or what a test gives in its place. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** One thing that takes a while. */
interface Task {
  /** Says how far it is, as a fraction of one; drawn on a terminal only. */
  at(fraction: number): void;
  /** Ends it, saying how it went. */
  done(outcome: string): void;
}

/** Tells the user what is going on. */
export interface Progress {
  /** Says a line; a task that is going on is left where it is. */
  say(text: string): void;
  /** Begins a task. End it before the next one begins. */
  begin(text: string): Task;
}

const ERASE_LINE = '\r\u001b[K';
const BAR_WIDTH = 24;

/**
 * Writes progress: one line a task, redrawn while it goes on where the output is a terminal, and else written at its
 * beginning and again, with its outcome, at its end.
 */
export function createProgress(output: ProgressOutput): Progress {
  return output.isTTY === true ? onTerminal(output) : inLines(output);
}

function onTerminal(output: ProgressOutput): Progress {
  let cursor: 'at the start of a line' | 'in the line of a task' = 'at the start of a line';
  const draw = (text: string): void => {
    output.write(cursor === 'in the line of a task' ? ERASE_LINE + text : text);
    cursor = 'in the line of a task';
  };
  const end = (text: string): void => {
    output.write(`${cursor === 'in the line of a task' ? ERASE_LINE : ''}${text}\n`);
    cursor = 'at the start of a line';
  };
  return {
    say: (text) => {
      if (cursor === 'in the line of a task') output.write('\n');
      cursor = 'at the start of a line';
      end(text);
    },
    begin: (text) => {
      const elapsed = stopwatch();
      let percent = -1;
      draw(`${text} ...`);
      return {
        at: (fraction) => {
          const now = Math.floor(fraction * 100);
          if (now === percent) return;
          percent = now;
          draw(`${text} ${bar(fraction)} ${now} %`);
        },
        done: (outcome) => end(`${text}: ${outcome} (${elapsed()})`),
      };
    },
  };
}

function inLines(output: ProgressOutput): Progress {
  const say = (text: string): void => void output.write(`${text}\n`);
  return {
    say,
    begin: (text) => {
      const elapsed = stopwatch();
      say(`${text} ...`);
      return { at: () => {}, done: (outcome) => say(`${text}: ${outcome} (${elapsed()})`) };
    },
  };
}

function stopwatch(): () => string {
  const startedAt = performance.now();
  return () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}

function bar(fraction: number): string {
  const filled = Math.round(fraction * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
}
