import type { OsError } from '../transport.ts';

/** connect(2) failed: the only failure that comes with the question whether a server runs there at all. */
export class OpenError extends Error {
  constructor(cause: OsError) {
    super(cause.message, { cause });
    this.name = 'OpenError';
  }
}
