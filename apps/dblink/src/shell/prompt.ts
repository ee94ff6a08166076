import { execFileSync } from 'node:child_process';
import type { TransactionStatus } from '../engine/engine.ts';
import type { Within } from '../run/scanner.ts';
import type { Variables } from '../run/variables.ts';

/** What a prompt can show. */
export interface PromptState {
  readonly within: Within;
  readonly transaction: TransactionStatus;
  readonly variables: Variables;
  /** The backslash commands `\if` have led into a branch that does not count. */
  readonly isIgnored: boolean;
  readonly isSuperuser: boolean;
  /** The number of the line in the statement, from 1. */
  readonly line: number;
}

const marks: Readonly<Record<Within, string>> = {
  nothing: '=',
  statement: '-',
  'single quote': "'",
  'double quote': '"',
  'dollar quote': '$',
  comment: '*',
  parenthesis: '(',
};
const transactions: Readonly<Record<TransactionStatus, string>> = { I: '', T: '*', E: '!' };
const substitution = /%(?:([0-7]{1,3})|:([^:]*):|`([^`]*)`|(.))/gs;

/**
 * The prompt that psql shows: PROMPT1 before a statement, PROMPT2 inside one, PROMPT3 in the data of COPY.
 *
 * @example
 * ```ts
 * promptFor('PROMPT2', state); // "postgres-# "
 * ```
 */
export function promptFor(name: 'PROMPT1' | 'PROMPT2' | 'PROMPT3', state: PromptState): string {
  const { variables } = state;
  const pattern = variables.get(name) ?? '';
  return pattern.replace(substitution, (_whole, digits?: string, variable?: string, command?: string, code = '') => {
    if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 8));
    if (variable !== undefined) return variables.get(variable) ?? '';
    if (command !== undefined) return firstLineOf(command);
    return code === 'w' ? ' '.repeat(widthOf(promptFor('PROMPT1', state))) : substitute(code, name, state);
  });
}

function substitute(code: string, name: string, state: PromptState): string {
  const { variables, within, transaction, isIgnored, isSuperuser, line } = state;
  switch (code) {
    case '/':
    case '~':
      return variables.get('DBNAME') ?? '';
    case 'n':
      return variables.get('USER') ?? '';
    case 'm':
    case 'M':
      return '[embedded]';
    case '#':
      return isSuperuser ? '#' : '>';
    case 'l':
      return String(line);
    case 'R':
      if (name === 'PROMPT3') return '';
      if (name === 'PROMPT2') return marks[within === 'nothing' ? 'statement' : within];
      return isIgnored ? '@' : variables.isOn('SINGLELINE') ? '^' : '=';
    case 'x':
      return transactions[transaction];
    case '%':
      return '%';
    case '[':
    case ']':
      // They tell readline what takes no room; ours sees that by itself.
      return '';
    default:
      return '';
  }
}

function widthOf(prompt: string): number {
  const lastLine = prompt.slice(prompt.lastIndexOf('\n') + 1);
  return Array.from(lastLine).length;
}

function firstLineOf(command: string): string {
  try {
    const output = execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return output.split('\n', 1)[0] ?? '';
  } catch {
    return '';
  }
}
