import type { RemoteColumn } from '@pg-dblink/sql';
import type { Command } from '../command.ts';
import type { RemoteField, RemoteSink } from '../connection.ts';
import { DblinkError, type RemoteErrorFields } from '../errors.ts';
import { relay, type Subject } from '../relay.ts';
import { lastResult } from '../run.ts';
import type { Scope } from '../scope.ts';
import { withTarget } from '../target.ts';
import { TextRowCollector } from '../text-rows.ts';
import { stream } from './query.ts';

const PHASE = 'while describing query';

/** Types with their modifiers as the remote server writes them in SQL; one array a parameter. */
const FORMAT_TYPES = `SELECT pg_catalog.format_type(t, m)
FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[]))
  WITH ORDINALITY AS c (t, m, place) ORDER BY place`;

/** dblink_describe: names and types of the columns that a query would have; it does not run. */
export function describe(scope: Scope, target: string | undefined, sql: string): Promise<RemoteColumn[]> {
  return withTarget(scope, target, async (subject) => {
    const fields = await fieldsOf(scope, subject, sql);
    const types = fields.length === 0 ? [] : await typesOf(scope, subject, fields);
    return fields.map(({ name }, at) => ({ name, type: types[at] ?? '' }));
  });
}

async function fieldsOf(scope: Scope, subject: Subject, sql: string): Promise<readonly RemoteField[]> {
  const { remote } = subject;
  await remote.settle(scope.signal);
  let fields: readonly RemoteField[] = [];
  const command = remote.begin(sql, { kind: 'drop' }, (running) => {
    const sink = new DescriptionSink(running, (described) => {
      fields = described;
    });
    return remote.connection.submit({ kind: 'describe', sql }, sink);
  });
  if (command === undefined) {
    throw new DblinkError({ sqlState: 'XX000', message: `could not send query: ${remote.errorText}` });
  }
  const failure = await lastResult(remote, command, scope.signal);
  if (failure !== undefined) relay(scope, subject, failure, PHASE, true);
  return fields;
}

async function typesOf(scope: Scope, subject: Subject, fields: readonly RemoteField[]): Promise<(string | null)[]> {
  const { remote } = subject;
  const parameters = [fields.map(({ typeOid }) => typeOid), fields.map(({ typeModifier }) => typeModifier)].map(
    (numbers) => `{${numbers.join(',')}}`,
  );
  const rows = new TextRowCollector();
  const { last } = await stream(scope, remote, FORMAT_TYPES, rows, (command) =>
    remote.connection.submit({ kind: 'extended', sql: FORMAT_TYPES, parameters }, command),
  );
  if (last?.kind !== 'rows') relay(scope, subject, last, PHASE, true);
  return rows.result({ kind: 'rows' }).rows.map(([type]) => type ?? null);
}

/** Keeps a description; an error belongs to the command. */
class DescriptionSink implements RemoteSink {
  readonly #command: Command;
  readonly rowDescription: (fields: readonly RemoteField[]) => void;

  constructor(command: Command, described: (fields: readonly RemoteField[]) => void) {
    this.#command = command;
    this.rowDescription = described;
  }

  errorResponse(error: RemoteErrorFields): void {
    this.#command.errorResponse(error);
  }

  dataRows(): void {}
  commandComplete(): void {}
  emptyQueryResponse(): void {}
  copyResponse(): void {}
}
