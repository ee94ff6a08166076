import type { Connection } from '@pg-dblink/client';
import { connect } from '@pg-dblink/client/node';
import type { DataSet } from '../data/data-set.ts';
import type { Progress } from '../progress.ts';
import type { Remote } from '../servers/remote.ts';
import { readSqlFile } from '../sql-files.ts';
import { encodeCopyRow } from './copy-text.ts';

const CHUNK_LENGTH = 65_536;

/**
 * Makes the schema and its tables in a database and fills them by COPY.
 *
 * @throws whatever the client throws, and the signal's reason.
 */
export async function load(
  remote: Remote,
  sets: readonly DataSet[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const connection = await connect(remote.conninfo, { signal });
  try {
    await connection.query(`CREATE SCHEMA ${remote.schema}`, { signal });
    await connection.query(await readSqlFile(remote.name), { signal });
    for (const set of sets) await copy(connection, remote, set, progress, signal);
    await connection.query('ANALYZE', { signal });
  } finally {
    await connection.close();
  }
}

async function copy(
  connection: Connection,
  remote: Remote,
  set: DataSet,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const task = progress.begin(`Loading ${remote.name}.${set.table} from ${set.package}`);
  const rows = await set.rows();
  async function* chunks(): AsyncGenerator<string> {
    let chunk = '';
    for (const [index, row] of rows.entries()) {
      chunk += encodeCopyRow(row);
      if (chunk.length < CHUNK_LENGTH) continue;
      yield chunk;
      task.at(index / rows.length);
      chunk = '';
    }
    yield chunk;
  }
  await connection.copyIn(`COPY ${set.table} (${set.columns.join(', ')}) FROM STDIN`, chunks(), { signal });
  task.done(`${rows.length.toLocaleString('en')} rows`);
}
