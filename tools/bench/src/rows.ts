import { DBLINK_ROWS } from './dblink/rows.ts';
import { rows as decodeRows } from './decode/index.ts';
import type { Row } from './report.ts';

/** Every row of the bench, in the order they run. */
export const ROWS: readonly Row[] = [...DBLINK_ROWS, ...decodeRows];
