import { readTokens } from '@pg-dblink/sql';
import { DblinkError } from './errors.ts';

/** What EXPLAIN is asked to show; manual: "EXPLAIN". */
export interface ExplainOptions {
  /** The options between EXPLAIN's parentheses, whose names and values are words. */
  readonly text: string;
  /** Whether the statement is executed. */
  readonly isAnalyzed: boolean;
}

const NAMES: ReadonlySet<string> = new Set([
  'analyze',
  'verbose',
  'costs',
  'settings',
  'generic_plan',
  'buffers',
  'serialize',
  'wal',
  'timing',
  'summary',
  'memory',
  'format',
]);

const FALSE: ReadonlySet<string> = new Set(['false', 'off', '0']);

/**
 * Reads a list like `ANALYZE, BUFFERS off, FORMAT json`. Nothing but known names and plain words gets through: the list
 * becomes part of a statement.
 *
 * @throws DblinkError 42601
 */
export function explainOptions(list: string): ExplainOptions {
  const options = new Map<string, string>();
  for (const item of list.trim() === '' ? [] : list.split(',')) {
    const words = [...readTokens(item, 'on')].map(({ kind, at, end }) =>
      kind === 'word' || kind === 'number' ? item.slice(at, end).toLowerCase() : '',
    );
    const [name = '', value = 'true'] = words;
    if (!NAMES.has(name)) throw syntaxError(`unrecognized EXPLAIN option "${name === '' ? item.trim() : name}"`);
    if (words.length > 2 || !/^[a-z0-9_]+$/.test(value)) {
      throw syntaxError(`unrecognized value for EXPLAIN option "${name}": "${item.trim()}"`);
    }
    options.set(name, value);
  }
  const analyze = options.get('analyze');
  return {
    text: [...options].map(([name, value]) => `${name.toUpperCase()} ${value}`).join(', '),
    isAnalyzed: analyze !== undefined && !FALSE.has(analyze),
  };
}

/**
 * Holds a text to one statement, by its tokens: what stands behind a semicolon would run, not be explained.
 *
 * @returns the statement without a semicolon behind it
 * @throws DblinkError 42601
 */
export function singleStatement(sql: string, conforming: 'on' | 'off'): string {
  let end: number | undefined;
  for (const token of readTokens(sql, conforming)) {
    if (token.kind === 'broken') throw syntaxError('the end of the statement to explain cannot be found');
    if (token.kind === 'symbol' && sql[token.at] === ';') end ??= token.at;
    else if (end !== undefined) throw syntaxError('cannot explain several statements at once');
  }
  return sql.slice(0, end);
}

function syntaxError(message: string): DblinkError {
  return new DblinkError({ sqlState: '42601', message });
}
