/** Where progress is written: standard error, or what a test gives in its place. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** One thing that takes a while. */
export interface Task {
  /** Says how far it is, as a fraction of one; drawn on a terminal only. */
  at(fraction: number): void;
  /** Ends it, saying how it went. */
  done(outcome: string): void;
}

/** Tells the user what is going on. */
export interface Progress {
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
  const terminal = output.isTTY === true;
  return {
    say: (text) => void output.write(`${text}\n`),
    begin: (text) => {
      const startedAt = performance.now();
      let percent = -1;
      output.write(terminal ? `${text} ...` : `${text} ...\n`);
      return {
        at: (fraction) => {
          const now = Math.floor(fraction * 100);
          if (!terminal || now === percent) return;
          percent = now;
          output.write(`${ERASE_LINE}${text} ${bar(fraction)} ${now} %`);
        },
        done: (outcome) => {
          const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
          output.write(`${terminal ? ERASE_LINE : ''}${text}: ${outcome} (${seconds} s)\n`);
        },
      };
    },
  };
}

function bar(fraction: number): string {
  const filled = Math.round(fraction * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
}
