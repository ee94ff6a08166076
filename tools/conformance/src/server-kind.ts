import type { DirectiveOption } from './dialogue.ts';

/** What answers at the other end, as far as dialogues tell servers apart. */
export interface ServerKind {
  readonly name: 'postgres' | 'cockroach' | 'dblink';
  /** The major version: 18; undefined where the server does not say. */
  readonly major: number | undefined;
}

/** The kind that the parameters of a start-up tell. */
export function kindOf(parameters: ReadonlyMap<string, string>): ServerKind {
  if (parameters.has('crdb_version')) return { name: 'cockroach', major: undefined };
  const major = Number.parseInt(parameters.get('server_version') ?? '', 10);
  const known = Number.isNaN(major) ? undefined : major;
  return { name: parameters.has('dblink_version') ? 'dblink' : 'postgres', major: known };
}

/** Whether a block with `crdb_only`, `noncrdb_only`, `only=…` or `skip=…` is meant for this kind. */
export function isMeantFor(options: readonly DirectiveOption[], kind: ServerKind): boolean {
  const crdb = kind.name === 'cockroach';
  return options.every(({ key, values }) => {
    if (key === 'crdb_only') return crdb;
    if (key === 'noncrdb_only') return !crdb;
    if (key === 'only') return values.some((word) => matchesKind(word, kind));
    if (key === 'skip') return !values.some((word) => matchesKind(word, kind));
    return true;
  });
}

/** Whether `postgres`, `noncrdb`, `postgres>=18`, `dblink` … names this kind. */
export function matchesKind(word: string, kind: ServerKind): boolean {
  const [, name = '', operator, number] = /^([a-z]+)(?:(>=|<)(\d+))?$/.exec(word) ?? [];
  const crdb = kind.name === 'cockroach';
  const named = name === 'crdb' ? crdb : name === 'noncrdb' ? !crdb : name === 'postgres' ? !crdb : name === kind.name;
  if (!named || operator === undefined) return named;
  if (kind.major === undefined) return false;
  return operator === '>=' ? kind.major >= Number(number) : kind.major < Number(number);
}
