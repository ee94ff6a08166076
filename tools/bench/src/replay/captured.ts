import { BackendTag } from '@pg-dblink/protocol';

/** The answer of a real server to one query, cut where its rows begin and end. */
export interface Captured {
  readonly rowDescription: Buffer;
  /** Whole DataRow messages. */
  readonly rows: Buffer;
  /** Where each row begins in `rows`, and where the last one ends. */
  readonly bounds: readonly number[];
}

/** Cuts captured bytes: RowDescription, rows, CommandComplete, ReadyForQuery. */
export function readCaptured(bytes: Buffer): Captured {
  const bounds: number[] = [];
  let descriptionEnd = 0;
  let rowsEnd = 0;
  for (let at = 0; at < bytes.byteLength; ) {
    const tag = bytes[at];
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (tag === BackendTag.RowDescription) descriptionEnd = end;
    if (tag === BackendTag.DataRow) {
      bounds.push(at - descriptionEnd);
      rowsEnd = end;
    }
    at = end;
  }
  bounds.push(rowsEnd - descriptionEnd);
  return {
    rowDescription: bytes.subarray(0, descriptionEnd),
    rows: bytes.subarray(descriptionEnd, rowsEnd),
    bounds,
  };
}
