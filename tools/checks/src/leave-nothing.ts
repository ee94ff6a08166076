import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// The network worker that is bundled for tests from the sources goes with its process's end, which vitest does not let
// come: a test process is killed.
afterAll(() => rmSync(join(tmpdir(), `dblink-worker-${process.pid}`), { recursive: true, force: true }));
