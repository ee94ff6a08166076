import { MASK } from './echo.ts';
import { parseVerbatim } from './parse.ts';
import { shownValue } from './redact.ts';
import type { OptionOrigin, ResolvedConninfo } from './resolve.ts';

/** One line of what `dblink conninfo` shows; `source` reads like `environment PGHOST`. */
export interface ReportRow {
  readonly option: string;
  readonly value: string;
  readonly source: string;
}

/**
 * Every option of a resolved connection string, with where it came from; secrets are `***`.
 *
 * A password out of a password file belongs to one host of the list, so it is shown with that host.
 *
 * @example
 * const rows = reportConninfo(resolveConninfo(parseConninfo('host=h password=sesame'), { osUser: 'alice' }));
 * rows.find((row) => row.option === 'password'); // { option: 'password', value: '***', source: 'string' }
 */
export function reportConninfo(resolved: ResolvedConninfo): readonly ReportRow[] {
  const options = resolved.options.map(({ keyword, value, ...origin }) => ({
    option: keyword,
    value: shownValue(keyword, value),
    source: originText(origin),
  }));
  const passwords = resolved.hosts.flatMap(({ host, hostaddr, passwordOrigin, port }) => {
    if (passwordOrigin?.source !== 'passfile') return [];
    return [
      { option: 'password', value: MASK, source: `${originText(passwordOrigin)} for ${host || hostaddr}:${port}` },
    ];
  });
  return [...options, ...passwords];
}

function originText({ from, source }: OptionOrigin): string {
  if (from === undefined) return source;
  return source === 'default' ? `default (${from})` : `${source} ${from}`;
}

/**
 * One line of `dblink conninfo --parse-only --ndjson`: a JSON-encoded connection string in, a JSON object out, with the
 * options that the string itself gives or libpq's message. Nothing is hidden.
 *
 * @example
 * parseOnlyLine('"host=h password=sesame"'); // '{"options":{"password":"sesame","host":"h"}}'
 */
export function parseOnlyLine(line: string): string {
  return JSON.stringify(parseJsonLine(line));
}

function parseJsonLine(line: string): ReturnType<typeof parseVerbatim> {
  let text: unknown;
  try {
    text = JSON.parse(line);
  } catch {
    // Reported below, together with JSON that is no string.
  }
  return typeof text === 'string' ? parseVerbatim(text) : { error: 'line is not a JSON-encoded string' };
}
