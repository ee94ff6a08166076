// The world around the examples of pglite.

import { createControl } from '@pg-dblink/pglite';

export { PGlite } from '@electric-sql/pglite';
export const control: ReturnType<typeof createControl> = createControl();
