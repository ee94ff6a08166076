/** A signal of our own that fires with another one, or when we say so. */
export interface Following {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Follows no more. */
  release(): void;
}

export function follow(leader: AbortSignal | undefined): Following {
  const controller = new AbortController();
  const stop = (): void => controller.abort(leader?.reason);
  if (leader?.aborted === true) stop();
  leader?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => leader?.removeEventListener('abort', stop),
  };
}
