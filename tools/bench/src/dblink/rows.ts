import type { Row } from '../report.ts';
import { CALL_ROWS } from './calls.ts';
import { cancelLatency } from './cancel-latency.ts';
import { gather } from './gather.ts';
import { streamMemory } from './memory.ts';
import { sameTypes } from './same-types.ts';
import { SHAPE_ROWS } from './shapes.ts';
import { STORING_ROWS } from './storing.ts';

/** The rows that compare ours with the C extension. */
export const DBLINK_ROWS: readonly Row[] = [
  sameTypes,
  ...SHAPE_ROWS,
  ...STORING_ROWS,
  ...CALL_ROWS,
  gather,
  streamMemory,
  cancelLatency,
];
