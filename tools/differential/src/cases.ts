import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/*
 * A case is one line of a file in cases/:
 *
 *   ID  [{flag}]  SQL ;; SQL ;; …  [⇒ outcome]
 *
 * Every step is a simple query of its own, all of one case run in one fresh session, and the outcome of every step is
 * compared. Flags:
 *   {diverges Q21: why}  ours differs from the C extension on purpose; the outcome of ours stands after ⇒
 *   {hangs Q1: why}      the C extension never answers, so it is not asked; the outcome of ours stands after ⇒
 * A line that starts with -- is a comment; the first comment of a file names its area.
 */

/** Why a case is allowed to differ. */
export interface Divergence {
  readonly kind: 'diverges' | 'hangs';
  /** Number of the quirk, as the divergences page lists them, and the reason. */
  readonly quirk: string;
  readonly why: string;
  /** What ours answers, step by step. */
  readonly ours: string;
}

/** One line of a case file. */
export interface Case {
  readonly id: string;
  readonly area: string;
  readonly file: string;
  readonly steps: readonly string[];
  readonly divergence: Divergence | undefined;
}

const folder: string = join(import.meta.dirname, '..', 'cases');

/**
 * Reads every case file.
 *
 * @throws Error that names file and line when a line cannot be read or an id occurs twice.
 */
export function readCases(): readonly Case[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const cases = files.flatMap((name) => parseCases(readFileSync(join(folder, name), 'utf8'), basename(name)));
  const seen = new Map<string, Case>();
  for (const one of cases) {
    const other = seen.get(one.id);
    if (other !== undefined) throw new Error(`case ${one.id} is in ${other.file} and in ${one.file}`);
    seen.set(one.id, one);
  }
  return cases;
}

/** Reads the text of one case file. */
export function parseCases(text: string, file: string): readonly Case[] {
  let area: string | undefined;
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('--')) {
      area ??= line.replace(/^--\s*/, '');
      return [];
    }
    if (line.trim() === '') return [];
    const where = `${file}:${index + 1}`;
    if (area === undefined) throw new Error(`${where}: the first line must be a comment that names the area`);
    return [parseCase(line, area, file, where)];
  });
}

function parseCase(line: string, area: string, file: string, where: string): Case {
  const parts = /^(\S+)\s+(?:\{(diverges|hangs) (\S+): ([^}]+)\}\s+)?(.+)$/.exec(line);
  if (parts === null) throw new Error(`${where}: not of the form ID [{flag}] SQL`);
  const [, id = '', kind, quirk = '', why = '', rest = ''] = parts;
  const [sql, ours] = splitOutcome(rest);
  if ((kind === undefined) !== (ours === undefined))
    throw new Error(`${where}: an outcome after ⇒ belongs to a flagged case, and a flagged case needs one`);
  const steps = sql.split(' ;; ').map((step) => step.trim().replaceAll('⏎', '\n'));
  const divergence: Divergence | undefined =
    (kind === 'diverges' || kind === 'hangs') && ours !== undefined ? { kind, quirk, why, ours } : undefined;
  return { id, area, file, steps, divergence };
}

function splitOutcome(rest: string): [string, string | undefined] {
  const at = rest.indexOf(' ⇒ ');
  return at < 0 ? [rest, undefined] : [rest.slice(0, at).trimEnd(), rest.slice(at + 3).trim()];
}
