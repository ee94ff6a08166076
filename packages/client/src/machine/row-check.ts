import { type FrameRun, RemoteProtocolError } from '@pg-dblink/protocol';

/** Offset of the column count in a DataRow message: after the type byte and the length. */
const COUNT_AT = 5;

/** Refuses rows whose number of columns differs from the RowDescription's. */
export function checkFieldCounts(run: FrameRun, columnCount: number): void {
  const { bytes, end } = run;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = run.start; at < end; at += 1 + view.getUint32(at + 1)) {
    if (view.getUint16(at + COUNT_AT) !== columnCount) {
      throw new RemoteProtocolError('invalid-value', 'unexpected field count in "D" message', 'DataRow');
    }
  }
}
