import type { ErrorFields, FieldDescription } from '@pg-dblink/protocol';
import type { Conversation, QuerySink } from './conversation.ts';

/** The rows of a query that the program asks for itself. */
export type QueryRows =
  | { readonly fields: readonly FieldDescription[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly error: ErrorFields };

/**
 * Runs a query without showing anything of it.
 *
 * @throws EngineError when the engine is lost.
 */
export async function queryRows(conversation: Conversation, sql: string): Promise<QueryRows> {
  let fields: readonly FieldDescription[] = [];
  let error: ErrorFields | undefined;
  const rows: (readonly (string | null)[])[] = [];
  const nothing = (): void => undefined;
  const sink: QuerySink = {
    rowDescription: (description) => {
      fields = description;
    },
    dataRow: (values) => {
      rows.push(values);
    },
    commandComplete: nothing,
    emptyQueryResponse: nothing,
    errorResponse: (failure) => {
      error = failure;
    },
    noticeResponse: nothing,
    notificationResponse: nothing,
    // biome-ignore lint/correctness/useYield: there is no data to give
    copyIn: async function* () {
      throw new Error('no data');
    },
    copyOut: nothing,
  };
  await conversation.query(sql, sink);
  return error === undefined ? { fields, rows } : { error };
}
