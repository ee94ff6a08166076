import { DblinkError } from '../errors.ts';
import { explainOptions, singleStatement } from '../explain-options.ts';
import { relayedFields } from '../relay.ts';
import type { Remote, Road } from '../remote.ts';
import type { Scope } from '../scope.ts';
import { withTarget } from '../target.ts';
import { TextRowCollector } from '../text-rows.ts';
import { stream } from './query.ts';

/** What dblink_explain is asked. */
export interface ExplainRequest {
  /** One statement. */
  readonly sql: string;
  /** EXPLAIN's options as they stand between its parentheses: `ANALYZE, BUFFERS`. */
  readonly options: string;
  /** Whether a statement that ANALYZE executes may write. */
  readonly allowWrites: boolean;
}

const READ_ONLY_SQL_TRANSACTION = '25006';

/**
 * dblink_explain: the lines of the remote server's plan for a statement.
 *
 * ANALYZE executes the statement. Unless writes are allowed it does so in a transaction, or in a subtransaction of the
 * one that is open, that the remote server keeps read only: functions that write are found out as well.
 *
 * @throws DblinkError 42601 for options or a text that is not one statement, 25006 for a write, what the server says
 */
export function explain(scope: Scope, target: string | undefined, request: ExplainRequest): Promise<string[]> {
  const { text, isAnalyzed } = explainOptions(request.options);
  return withTarget(scope, target, async (subject) => {
    const { remote } = subject;
    const statement = singleStatement(request.sql, conformingStrings(remote));
    const explained = `EXPLAIN ${text === '' ? '' : `(${text}) `}${statement}`;
    await remote.settle(scope.signal);
    const isGuarded = isAnalyzed && !request.allowWrites;
    const sql = isGuarded ? readOnly(remote, explained) : explained;
    const road: Road | undefined = isGuarded
      ? undefined
      : (command) => remote.connection.submit({ kind: 'extended', sql }, command);
    const rows = new TextRowCollector();
    const { last } = await stream(scope, remote, sql, rows, road);
    if (last?.kind === 'rows' || last?.kind === 'command') {
      return rows.result({ kind: 'rows' }).rows.map(([line]) => line ?? '');
    }
    const fields = relayedFields(subject, last, 'while explaining query');
    const isWrite = isGuarded && fields.sqlState === READ_ONLY_SQL_TRANSACTION;
    throw new DblinkError({
      ...fields,
      hint: isWrite ? 'ANALYZE executes the statement. Say allow_writes if it shall write.' : fields.hint,
    });
  });
}

/** Statements of one query message are one transaction, which ends by itself, well or badly. */
function readOnly(remote: Remote, explained: string): string {
  const limited = `SET LOCAL transaction_read_only = on; ${explained}`;
  if (remote.transactionStatus !== 'in transaction') return limited;
  const savepoint = 'dblink_explain';
  // A comment at the end of the statement must not swallow what follows.
  return `SAVEPOINT ${savepoint}; ${limited}\n; ROLLBACK TO SAVEPOINT ${savepoint}; RELEASE SAVEPOINT ${savepoint}`;
}

function conformingStrings({ connection }: Remote): 'on' | 'off' {
  return connection.serverParameters.get('standard_conforming_strings') === 'off' ? 'off' : 'on';
}
