import { DECODE_ROWS } from './client/decode-rows.ts';
import { DBLINK_ROWS } from './dblink/rows.ts';
import { rows as parserRows } from './decode/index.ts';
import type { Row } from './report.ts';

/** Every row of the bench, in the order they run. */
export const ROWS: readonly Row[] = [...DECODE_ROWS, ...DBLINK_ROWS, ...parserRows];
