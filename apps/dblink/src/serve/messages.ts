import { type ErrorFields, Writer } from '@pg-dblink/protocol';
import { encodeErrorOrNotice } from '@pg-dblink/protocol/server';

/** What the server itself says to a client. */
export interface Report {
  readonly severity: 'ERROR' | 'FATAL' | 'NOTICE';
  readonly sqlState: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

/** An error or notice of our own as a message. */
export function reportMessage(report: Report): Uint8Array {
  const { severity, ...rest } = report;
  const fields: ErrorFields = { severity, severityNonlocalized: severity, ...rest };
  const writer = new Writer();
  encodeErrorOrNotice(writer, { type: severity === 'NOTICE' ? 'NoticeResponse' : 'ErrorResponse', fields });
  return writer.take();
}

/** A client is told why, and goes; thrown wherever that is found out. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly report: Report;

  constructor(sqlState: string, message: string, more: { readonly detail?: string; readonly hint?: string } = {}) {
    super(message);
    this.report = { severity: 'FATAL', sqlState, message, ...more };
  }
}
