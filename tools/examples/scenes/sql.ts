// The world around the examples of sql: the table foo(f1, f2) of a server, and one way to ask for its rows as text.

import { connect } from '@pg-dblink/client/node';
import type { LocalQuery, Relation, RelationColumn, TextTuple } from '@pg-dblink/sql';

export const columns: readonly RelationColumn[] = [
  { name: 'f1', isDropped: false },
  { name: 'f2', isDropped: false },
];
export const foo: Relation = { name: 'foo', columns };
export const error: unknown = new Error('something else');

const connection = await connect(process.env['EXAMPLE_CONNINFO'] ?? '');
await connection.query('create temp table foo (f1 int, f2 text, primary key (f1, f2))');

export function report(_sqlState: string): void {}

export async function localRows(sql: string, parameters: readonly string[]): Promise<readonly TextTuple[]> {
  const { rows } = await connection.execute(sql, [...parameters], { rows: 'raw' });
  return rows.map((row) => row.map((value) => (value === null ? null : new TextDecoder().decode(value))));
}

export const runQuery = ({ sql, parameters }: LocalQuery): Promise<readonly TextTuple[]> => localRows(sql, parameters);
