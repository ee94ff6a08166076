import type { TransactionStatus } from '../engine/engine.ts';
import type { Within } from '../run/scanner.ts';
import type { Variables } from '../run/variables.ts';

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

/** The prompt that psql shows within something: PROMPT1 before a statement, PROMPT2 inside one. */
export function promptFor(within: Within, status: TransactionStatus, variables: Variables): string {
  const pattern = variables.get(within === 'nothing' ? 'PROMPT1' : 'PROMPT2') ?? '';
  return pattern.replace(/%(.)/gs, (_whole, code: string) => {
    switch (code) {
      case '/':
        return 'postgres';
      case '~':
        return 'postgres';
      case 'n':
        return 'postgres';
      case 'm':
      case 'M':
        return '[embedded]';
      case '#':
        return '#';
      case 'R':
        return marks[within];
      case 'x':
        return transactions[status];
      case '%':
        return '%';
      default:
        return '';
    }
  });
}
