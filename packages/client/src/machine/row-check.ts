import { type Frame, RemoteProtocolError } from '@pg-dblink/protocol';

/** Refuses a DataRow whose number of columns differs from the RowDescription's. */
export function checkFieldCount({ bytes, start }: Frame, columnCount: number): void {
  if ((((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0)) === columnCount) return;
  throw new RemoteProtocolError('invalid-value', 'unexpected field count in "D" message', 'DataRow');
}
