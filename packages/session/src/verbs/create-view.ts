import type { CreateViewRequest } from '@pg-dblink/sql';
import { DblinkError } from '../errors.ts';
import type { Scope } from '../scope.ts';
import { refuseSecrets } from '../stored-target.ts';
import { describe } from './describe.ts';

/**
 * What a view over a remote query is made of: the first half of dblink_create_view.
 *
 * @throws DblinkError 22023 for a query without columns and for a connection string with a password
 */
export async function describeView(
  scope: Scope,
  view: string,
  target: string | undefined,
  sql: string,
): Promise<CreateViewRequest> {
  await refuseSecrets(scope, target);
  const columns = await describe(scope, target, sql);
  if (columns.length === 0) {
    throw new DblinkError({ sqlState: '22023', message: 'a view needs a remote query that has columns' });
  }
  return { view, target, sql, columns };
}

/** dblink_create_view: the statement that created the view. */
export async function createView(scope: Scope, view: string, target: string | undefined, sql: string): Promise<string> {
  if (scope.local.createView === undefined) {
    throw new DblinkError({ sqlState: '55000', message: 'dblink_create_view needs a local database' });
  }
  const { statement, unknown } = await scope.local.createView(await describeView(scope, view, target, sql));
  for (const column of unknown) {
    scope.notice({ level: 'NOTICE', sqlState: '42704', message: textInstead(column) });
  }
  return statement;
}

/**
 * The notice of dblink_create_view for a column whose type the local database has not.
 *
 * @example
 * ```ts
 * textInstead({ name: 'path', type: 'ltree' }); // type "ltree" does not exist, column "path" of the view is text
 * ```
 */
export function textInstead({ name, type }: { readonly name: string; readonly type: string }): string {
  return `type "${type}" does not exist, column "${name}" of the view is text`;
}
