import { formatLibpqMessage, readMessageFields } from '@pg-dblink/client';
import { converse, formatResult, type QuerySink, startEngine, type TableColumn } from 'pg-dblink';
import type { Progress } from '../progress.ts';
import type { Execute, Outcome } from './play.ts';

type ErrorFields = Parameters<QuerySink['errorResponse']>[0];

/**
 * Opens an embedded database in memory, in a worker thread of its own, for as long as `body` takes.
 *
 * When the signal aborts, the statement that runs is cancelled.
 *
 * @throws EngineError when the engine does not start, or ends by itself.
 */
export async function withDatabase(
  progress: Progress,
  signal: AbortSignal,
  body: (execute: Execute) => Promise<void>,
): Promise<void> {
  const starting = progress.begin('Starting the embedded PostgreSQL');
  // The tour is our own SQL, and its connection strings name the file of the authority that signed for the server.
  const engine = await startEngine({ createExtension: false, allowLocalFiles: true });
  const cancel = (): void => engine.cancel();
  try {
    signal.addEventListener('abort', cancel);
    signal.throwIfAborted();
    starting.done('ready');
    const conversation = converse(engine);
    await body(async (sql) => {
      const { sink, outcome } = collect(sql);
      await conversation.query(sql, sink);
      return outcome();
    });
  } finally {
    signal.removeEventListener('abort', cancel);
    await engine.close();
  }
}

/** Gathers what one statement sends, as psql would print it. */
function collect(sql: string): { readonly sink: QuerySink; outcome(): Outcome } {
  let text = '';
  let sqlState: string | undefined;
  let columns: readonly TableColumn[] | undefined;
  const rows: (readonly (string | null)[])[] = [];
  const message = (fields: ErrorFields): string => `${formatLibpqMessage(readMessageFields(fields), sql)}\n`;
  return {
    sink: {
      rowDescription: (fields) => {
        columns = fields.map(({ name, typeOid }) => ({ name, typeOid }));
      },
      dataRow: (values) => void rows.push(values),
      commandComplete: (commandTag) => {
        text += columns === undefined ? `${commandTag}\n` : formatResult({ columns, rows });
      },
      emptyQueryResponse: () => {},
      errorResponse: (fields) => {
        text += message(fields);
        sqlState = fields.sqlState;
      },
      noticeResponse: (fields) => {
        text += message(fields);
      },
      notificationResponse: () => {},
      copyIn: () => {
        throw new Error('the tour has no COPY FROM STDIN');
      },
      copyOut: () => {},
    },
    outcome: () => ({ text, sqlState }),
  };
}
