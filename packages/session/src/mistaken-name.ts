import { looksLikeConninfo } from '@pg-dblink/connstring';

/** What a text in the place of a connection string could have been the name of. */
export type Nameable = 'connection or foreign server' | 'foreign server';

const LONGEST_NAME = 63;

/**
 * Advice for a text that was read as a connection string because nothing has it for a name: that is how a mistyped name
 * ends. Undefined for what was meant as a connection string, which has a `=` or is a URI, and for more than one word, of
 * which one may be a password.
 */
export function adviceOnName(target: string, what: Nameable): string | undefined {
  if (!/^\S+$/.test(target) || target.length > LONGEST_NAME || looksLikeConninfo(target)) return undefined;
  return `There is no ${what} named "${target}"; it was read as a connection string.`;
}
