import { Writer } from '@pg-dblink/protocol';
import {
  encodeAuthentication,
  encodeBackendKeyData,
  encodeCommandComplete,
  encodeDataRow,
  encodeErrorOrNotice,
  encodeParameterStatus,
  encodeReadyForQuery,
  encodeRowDescription,
} from '@pg-dblink/protocol/server';

/**
 * One thing a fake server does with a connection. Steps are plain data, so that a script can be handed to another
 * process; a step that awaits something ends the connection when the client goes away first.
 */
export type FakeStep =
  /** Reads the start-up packet; answers SSLRequest and GSSENCRequest with `N`. A CancelRequest ends the script. */
  | { readonly do: 'read startup' }
  /** Reads one packet of the start-up family, whatever it is, and answers nothing. */
  | { readonly do: 'read packet' }
  /** Reads messages until one with this tag came (any when left out). */
  | { readonly do: 'read message'; readonly tag?: string }
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  /** Sends the bytes again and again, `times` times or until the client goes away; waits when the socket is full. */
  | { readonly do: 'flood'; readonly bytes: Uint8Array; readonly times?: number }
  | { readonly do: 'pause'; readonly milliseconds: number }
  /** Closes as a server does that ends in order. */
  | { readonly do: 'close' }
  /** Drops the connection with RST. */
  | { readonly do: 'reset' }
  /** Says nothing more, and keeps the connection until the client or the test ends it. */
  | { readonly do: 'hang' }
  /** Goes back to the step with this index. */
  | { readonly do: 'repeat'; readonly from: number };

/** What a fake does: one script for each connection in turn; the last one serves all further connections. */
export interface FakeScript {
  readonly connections: readonly (readonly FakeStep[])[];
}

/**
 * A step that sends messages written with the encoders of `@pg-dblink/protocol/server`.
 *
 * @example send((writer) => encodeReadyForQuery(writer, { status: 'I' }))
 */
export function send(write: (writer: Writer) => void): FakeStep {
  const writer = new Writer();
  write(writer);
  return { do: 'send', bytes: writer.take() };
}

/** A step that sends these bytes as they are. */
export function sendBytes(...bytes: readonly (number | string | Uint8Array)[]): FakeStep {
  const parts = bytes.map((part) =>
    typeof part === 'number' ? Buffer.from([part]) : typeof part === 'string' ? Buffer.from(part) : part,
  );
  return { do: 'send', bytes: new Uint8Array(Buffer.concat(parts)) };
}

/** The steps by which a server lets anybody in: start-up packet, AuthenticationOk, parameters, key, ReadyForQuery. */
export function welcome(parameters: Readonly<Record<string, string>> = {}): readonly FakeStep[] {
  const reported = { server_version: '18.0', client_encoding: 'UTF8', DateStyle: 'ISO, MDY', ...parameters };
  return [
    { do: 'read startup' },
    send((writer) => {
      encodeAuthentication(writer, { type: 'AuthenticationOk' });
      for (const [name, value] of Object.entries(reported)) encodeParameterStatus(writer, { name, value });
      encodeBackendKeyData(writer, { processId: 4711, secretKey: new Uint8Array([1, 2, 3, 4]) });
      encodeReadyForQuery(writer, { status: 'I' });
    }),
  ];
}

/** A whole answer to one simple query: one text column of type `text`, rows, command tag, ReadyForQuery. */
export function answerRows(rows: readonly (string | null)[]): FakeStep {
  return send((writer) => {
    describeText(writer);
    for (const value of rows) encodeDataRow(writer, [value]);
    encodeCommandComplete(writer, { commandTag: `SELECT ${rows.length}` });
    encodeReadyForQuery(writer, { status: 'I' });
  });
}

/** RowDescription of one column named `a` of type `text`. */
export function describeText(writer: Writer): void {
  encodeRowDescription(writer, {
    fields: [{ name: 'a', tableOid: 0, columnNumber: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }],
  });
}

/** An ErrorResponse, without ReadyForQuery after it. */
export function answerError(sqlState: string, message: string, severity: 'ERROR' | 'FATAL' = 'ERROR'): FakeStep {
  return send((writer) =>
    encodeErrorOrNotice(writer, {
      type: 'ErrorResponse',
      fields: { severity, severityNonlocalized: severity, sqlState, message },
    }),
  );
}
