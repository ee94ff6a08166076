import { checkParameterCount } from '../parameters.ts';
import type { Remote, Road } from '../remote.ts';
import type { RowConsumer, RowOutcome } from '../rows.ts';
import { lastResult } from '../run.ts';
import type { Scope } from '../scope.ts';
import { openConnection, withTarget } from '../target.ts';
import { commandTag } from './exec.ts';
import { outcomeOf, stream } from './query.ts';
import { whetherSent } from './send-query.ts';

/** A statement with `$1` … and the values of its parameters in text form, whose types the remote server infers. */
export interface ParameterizedStatement {
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
}

/** The extended query protocol: the server itself refuses more than one statement. */
function roadOf(remote: Remote, { sql, parameters }: ParameterizedStatement): Road {
  checkParameterCount(parameters);
  return (command) => remote.connection.submit({ kind: 'extended', sql, parameters }, command);
}

/** dblink_params: `dblink` of one statement with parameters. */
export function queryParams(
  scope: Scope,
  target: string | undefined,
  statement: ParameterizedStatement,
  failOnError: boolean,
  consumer: RowConsumer,
): Promise<RowOutcome> {
  return withTarget(scope, target, async (subject) => {
    const road = roadOf(subject.remote, statement);
    await subject.remote.settle(scope.signal);
    const { last } = await stream(scope, subject.remote, statement.sql, consumer, road);
    return outcomeOf(scope, subject, last, failOnError);
  });
}

/** dblink_exec_params: `dblink_exec` of one statement with parameters. */
export function execParams(
  scope: Scope,
  target: string | undefined,
  statement: ParameterizedStatement,
  failOnError: boolean,
): Promise<string> {
  return withTarget(scope, target, async (subject) => {
    const { remote } = subject;
    const road = roadOf(remote, statement);
    await remote.settle(scope.signal);
    const command = remote.begin(statement.sql, { kind: 'drop' }, road);
    const result = command === undefined ? undefined : await lastResult(remote, command, scope.signal);
    return commandTag(scope, subject, result, failOnError);
  });
}

/** dblink_send_query_params: `dblink_send_query` of one statement with parameters. */
export async function sendQueryParams(
  scope: Scope,
  name: string | undefined,
  statement: ParameterizedStatement,
): Promise<0 | 1> {
  const { remote } = openConnection(scope, name);
  const road = roadOf(remote, statement);
  await remote.settle(scope.signal);
  return whetherSent(scope, remote, remote.begin(statement.sql, { kind: 'keep' }, road));
}
