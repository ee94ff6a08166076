import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The settings that the rows are crossed with. */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export const CHANNEL_BINDINGS = ['disable', 'prefer', 'require'] as const;
export const SSL_NEGOTIATIONS = ['postgres', 'direct'] as const;

/** One row of `golden/authentication.tsv`: a way to log in, and how it ends for each `channel_binding`. */
export interface MatrixRow {
  /** The server: a real one with TLS, a real one without, or a fake with TLS. */
  readonly server: string;
  readonly login: string;
  readonly sslNegotiation: string;
  readonly sslMode: string;
  /** In the order of `CHANNEL_BINDINGS`: names out of `golden/authentication-outcomes.tsv`. */
  readonly outcomes: readonly string[];
}

/** One way for an attempt to end: its name in the table, and a part of libpq's message for it. */
export interface NamedOutcome {
  readonly name: string;
  readonly text: string;
}

/** How an attempt to connect went: whether over TLS, or in libpq's words why not. */
export type Attempted = { readonly connected: 'tls' | 'plain' } | { readonly refused: string };

function readGolden(name: string): readonly (readonly string[])[] {
  return readFileSync(join(import.meta.dirname, 'golden', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
}

/** Every row, as the specification and libpq 18 have it. */
export function readMatrix(): readonly MatrixRow[] {
  return readGolden('authentication.tsv').map(
    ([server = '', login = '', sslNegotiation = '', sslMode = '', ...outcomes]) => ({
      server,
      login,
      sslNegotiation,
      sslMode,
      outcomes,
    }),
  );
}

/** One line of `golden/require-auth.tsv`: a value, and how each login ends under it. */
export interface RequireAuthRow {
  readonly requireAuth: string;
  readonly outcomes: readonly { readonly login: string; readonly outcome: string }[];
}

export function readRequireAuth(): readonly RequireAuthRow[] {
  const [[, ...logins] = [], ...rows] = readGolden('require-auth.tsv');
  return rows.map(([requireAuth = '', ...outcomes]) => ({
    requireAuth,
    outcomes: logins.map((login, at) => ({ login, outcome: outcomes[at] ?? '' })),
  }));
}

export function readOutcomes(): readonly NamedOutcome[] {
  return readGolden('authentication-outcomes.tsv').map(([name = '', text = '']) => ({ name, text }));
}

/** The name of an outcome; a message that has none stands for itself. Of several attempts the last one counts. */
export function nameOutcome(attempted: Attempted, names: readonly NamedOutcome[]): string {
  if ('connected' in attempted) return attempted.connected;
  const last = attempted.refused.split('\n').at(-1) ?? '';
  return names.find(({ text }) => text !== '' && last.includes(text))?.name ?? last;
}
