// The universal globals that this package uses; hosts have more of each.
declare var TextDecoder: {
  new (label: string, options?: { readonly fatal?: boolean }): { decode(bytes: Uint8Array): string };
};

declare var AbortController: {
  new (): { readonly signal: AbortSignal; abort(reason?: unknown): void };
};

declare var TextEncoder: {
  new (): { encode(text: string): Uint8Array };
};

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
