import type { RowConsumer, RowSetHeader } from '@pg-dblink/session';
import { FRAME } from './frames.ts';
import type { Outbox } from './outbox.ts';

const TEXT_OID = 25;
/** Tag, length, and number of fields of a DataRow. */
const HEADER_BYTES = 7;

/**
 * Consumers that send the rows of many sources down one ring, each row with its source's name as first column.
 *
 * A chunk goes out whole, so that rows never mix; before it goes the description of its row set, unless the chunk before
 * had the same styles: the engine's thread reads dates as the source wrote them.
 */
export function gatherInto(outbox: Outbox, signal: AbortSignal): (source: string) => RowConsumer {
  let announced: string | undefined;
  return (source) => {
    const label = new TextEncoder().encode(source);
    let header: RowSetHeader | undefined;
    return {
      rowSet: (next) => {
        signal.throwIfAborted();
        header = next;
      },
      rows: (bytes, start, end, count) => {
        signal.throwIfAborted();
        const { fields = [], dateStyle, intervalStyle, timeZone } = header ?? {};
        const styles = `${dateStyle}\n${intervalStyle}`;
        if (announced !== styles) {
          const typeOids = [TEXT_OID, ...fields.map(({ typeOid }) => typeOid)];
          outbox.send(FRAME.rowSet, { typeOids, formats: typeOids.map(() => 0), dateStyle, intervalStyle, timeZone });
          announced = styles;
        }
        const labelled = withFirstField(bytes, start, end, count, label);
        return outbox.sendRows(labelled, 0, labelled.byteLength);
      },
      isTaken: () => outbox.rowsAreTaken,
    };
  };
}

/** Copies whole DataRow messages and puts a field in front of those that each of them has. */
function withFirstField(bytes: Uint8Array, start: number, end: number, count: number, field: Uint8Array): Uint8Array {
  const more = 4 + field.byteLength;
  const longer = new Uint8Array(end - start + count * more);
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const to = new DataView(longer.buffer);
  let at = start;
  let put = 0;
  while (at < end) {
    const next = at + 1 + from.getInt32(at + 1);
    longer[put] = bytes[at] ?? 0;
    to.setInt32(put + 1, next - at - 1 + more);
    to.setInt16(put + 5, from.getInt16(at + 5) + 1);
    to.setInt32(put + HEADER_BYTES, field.byteLength);
    longer.set(field, put + HEADER_BYTES + 4);
    longer.set(bytes.subarray(at + HEADER_BYTES, next), put + HEADER_BYTES + more);
    put += next - at + more;
    at = next;
  }
  return longer;
}
