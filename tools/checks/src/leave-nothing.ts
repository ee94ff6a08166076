import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// The network worker that is bundled for tests from the sources goes with its process's end, which vitest does not let
// come: a test process is killed.
afterAll(() => {
  const own = readdirSync(tmpdir()).filter((name) => name.startsWith(`dblink-worker-${process.pid}-`));
  for (const name of own) rmSync(join(tmpdir(), name), { recursive: true, force: true });
});
