import type { Conditions } from './conditions.ts';
import type { RunContext } from './context.ts';
import type { Scanner } from './scanner.ts';

/** psql's exit statuses: all went well, a fatal error of the program, the server lost, an error that ON_ERROR_STOP stops at. */
export type ExitStatus = 0 | 1 | 2 | 3;

/** What one line or command led to. */
export type Outcome = 'continue' | 'failed' | 'quit';

/** What a script and its backslash commands share while it runs. */
export interface Script {
  readonly context: RunContext;
  readonly scanner: Scanner;
  readonly conditions: Conditions;
  /** Runs another file, for `\\i`: 0 when no error stopped it. */
  readonly includeFile: (file: string) => Promise<0 | 1 | 3>;
}
