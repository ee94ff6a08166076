/** The run ends before its time, for a reason that is no fault of the program. */
export class Stopped extends Error {
  override readonly name: string = 'Stopped';
  /** What the process ends with. */
  readonly exitStatus: number;

  constructor(message: string, exitStatus: number) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

// A shell reports 128 and the signal's number for a program that a signal ended.
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Gives a signal that aborts with a `Stopped` at Ctrl-C, at the other requests to end, or when nobody reads the output
 * any more.
 *
 * Signals that come later change nothing: by then the run is tidying up, and that is bounded. `npm` sends Ctrl-C on to
 * a program that has had it from the terminal already, so a second one says nothing about the user's patience.
 */
export function listenForStop(): AbortSignal {
  const controller = new AbortController();
  for (const [name, exitStatus] of Object.entries(SIGNALS))
    process.on(name, () => controller.abort(new Stopped(`stopped by ${name}`, exitStatus)));
  process.stdout.on('error', (error) => controller.abort(new Stopped(`output is closed: ${error.message}`, 1)));
  return controller.signal;
}
