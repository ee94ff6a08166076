import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';

/** A thread that requests a cancel after so many milliseconds: the test's own thread stands still meanwhile. */
export function cancelAfter(control: SharedArrayBuffer, ms: number): Worker {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `
        import { workerData } from 'node:worker_threads';
        import { requestCancel } from '../../src/bridge/control.ts';
        setTimeout(() => requestCancel(workerData.control), workerData.ms);`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
  });
  return new Worker(outputFiles[0]?.text ?? '', { eval: true, workerData: { control, ms } });
}
