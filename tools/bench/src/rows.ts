import { BULK_ROWS } from './client/bulk.ts';
import { CONNECT_ROWS } from './client/connect.ts';
import { COPY_ROWS } from './client/copy.ts';
import { DECODE_ROWS } from './client/decode-rows.ts';
import { ROUND_TRIP_ROWS } from './client/round-trips.ts';
import { DBLINK_ROWS } from './dblink/rows.ts';
import { rows as parserRows } from './decode/index.ts';
import type { Row } from './report.ts';
import { SIZE_ROWS } from './size/rows.ts';

/** Every row of the bench, in the order they run. */
export const ROWS: readonly Row[] = [
  ...DECODE_ROWS,
  ...ROUND_TRIP_ROWS,
  ...BULK_ROWS,
  ...COPY_ROWS,
  ...CONNECT_ROWS,
  ...DBLINK_ROWS,
  ...SIZE_ROWS,
  ...parserRows,
];
