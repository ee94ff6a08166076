import {
  type BackendMessage,
  backendLimits,
  decodeBackend,
  type ErrorFields,
  encodeCopyData,
  encodeCopyDone,
  encodeCopyFail,
  encodeQuery,
  type FieldDescription,
  FrameReader,
  fieldCount,
  fieldText,
  Writer,
} from '@pg-dblink/protocol';
import type { Engine, EngineError, TransactionStatus } from './engine.ts';

/** What a channel's listener is told. */
export interface Notification {
  readonly processId: number;
  readonly channel: string;
  readonly payload: string;
}

/** What one statement of a simple query, or the server beside it, says; in the order of arrival. */
export interface QuerySink {
  rowDescription(fields: readonly FieldDescription[]): void;
  dataRow(values: readonly (string | null)[]): void;
  commandComplete(commandTag: string): void;
  emptyQueryResponse(): void;
  errorResponse(fields: ErrorFields): void;
  noticeResponse(fields: ErrorFields): void;
  notificationResponse(notification: Notification): void;
  /** COPY … FROM STDIN: the data, chunk by chunk; what it throws becomes the reason of a CopyFail. */
  copyIn(): AsyncIterable<Uint8Array>;
  copyOut(data: Uint8Array): void;
}

/** Simple queries to an engine, one after another. */
export interface Conversation {
  readonly transactionStatus: TransactionStatus;
  /** The run-time parameters that the server reports, as they are now. */
  readonly parameters: ReadonlyMap<string, string>;
  /**
   * Sends one simple query and passes on what comes back.
   *
   * @returns the transaction status at the end, also when the query failed; the error went to the sink.
   * @throws EngineError when the engine is lost.
   */
  query(sql: string, sink: QuerySink): Promise<TransactionStatus>;
  cancel(): void;
}

interface Turn {
  readonly sink: QuerySink;
  readonly resolve: (status: TransactionStatus) => void;
  readonly reject: (error: unknown) => void;
}

const decodeText = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.prototype.utf8Slice.call(bytes, start, end);

/** Makes the caller the one who talks with `engine`. */
export function converse(engine: Engine): Conversation {
  const reader = new FrameReader(backendLimits());
  const writer = new Writer();
  const parameters = new Map(engine.parameters);
  let turn: Turn | undefined;
  let lost: EngineError | undefined;
  /** The copy in progress; an ErrorResponse ends it before its data does. */
  let copy: AbortController | undefined;

  const send = (): void => engine.send(writer.take().slice());

  const feed = async (source: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> => {
    try {
      for await (const data of source) {
        if (signal.aborted) return;
        encodeCopyData(writer, { data });
        send();
        await engine.drained();
      }
      if (signal.aborted) return;
      encodeCopyDone(writer);
    } catch (error) {
      if (signal.aborted) return;
      encodeCopyFail(writer, { reason: error instanceof Error ? error.message : String(error) });
    }
    send();
  };

  const receive = (message: BackendMessage, { sink, reject }: Turn): void => {
    switch (message.type) {
      case 'RowDescription':
        sink.rowDescription(message.fields);
        return;
      case 'DataRow': {
        const values: (string | null)[] = [];
        for (let index = 0; index < fieldCount(message); index += 1) values.push(fieldText(message, index, decodeText));
        sink.dataRow(values);
        return;
      }
      case 'CommandComplete':
        sink.commandComplete(message.commandTag);
        return;
      case 'EmptyQueryResponse':
        sink.emptyQueryResponse();
        return;
      case 'ErrorResponse':
        copy?.abort();
        sink.errorResponse(message.fields);
        return;
      case 'NoticeResponse':
        sink.noticeResponse(message.fields);
        return;
      case 'ParameterStatus':
        parameters.set(message.name, message.value);
        return;
      case 'NotificationResponse':
        sink.notificationResponse(message);
        return;
      case 'CopyInResponse':
        copy = new AbortController();
        void feed(sink.copyIn(), copy.signal).catch(reject);
        return;
      case 'CopyData':
        sink.copyOut(message.data);
        return;
      default:
        return;
    }
  };

  engine.listen({
    bytes: (chunk) => {
      reader.push(chunk);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        if (turn !== undefined) receive(decodeBackend(frame, decodeText), turn);
      }
    },
    ready: (status) => {
      const ended = turn;
      turn = undefined;
      copy = undefined;
      ended?.resolve(status);
    },
    lost: (error) => {
      lost = error;
      copy?.abort();
      turn?.reject(error);
      turn = undefined;
    },
  });

  return {
    parameters,
    get transactionStatus() {
      return engine.transactionStatus;
    },
    query: (sql, sink) =>
      new Promise((resolve, reject) => {
        if (lost !== undefined) {
          reject(lost);
          return;
        }
        turn = { sink, resolve, reject };
        encodeQuery(writer, { sql });
        send();
      }),
    cancel: () => engine.cancel(),
  };
}
