import type { Progress } from '../progress.ts';

/** A database that the tour reaches: where it is, and the schema there that is ours. */
export interface Remote {
  readonly name: 'atlas' | 'seismo';
  /** Complete by itself; sessions that it opens see our schema first. */
  readonly conninfo: string;
  readonly schema: string;
}

/** Both databases, and what is to be undone in the end. */
export interface Servers {
  readonly atlas: Remote;
  readonly seismo: Remote;
  /** Says of a server of ours that it has ended by itself; waits a moment for that news. */
  findLost(): Promise<Error | undefined>;
  /** Leaves everything as it was before. Does what it can, and rejects when something had to be left behind. */
  close(progress: Progress): Promise<void>;
}
