import type { Request } from './machine/requests.ts';

/** What an observer is told of a request: never its parameters. */
export interface ObservedRequest {
  readonly kind: Request['kind'];
  /** The statement's text; empty for requests that have none. */
  readonly sql: string;
  readonly backendPid: number;
}

/** Watches requests from their call to their answer; costs nothing while nobody listens. */
export interface RequestObserver {
  /** Whether anybody listens now. */
  readonly isActive: boolean;
  /** Runs the work and tells its beginning, its end and its error. */
  watch<T>(request: ObservedRequest, work: () => Promise<T>): Promise<T>;
}
