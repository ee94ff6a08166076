import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';

/**
 * A thread that requests a cancel after so many milliseconds, and again until it is ended: the test's own thread stands
 * still meanwhile, and on a busy machine its statement may begin only after the first request.
 */
export function cancelAfter(control: SharedArrayBuffer, ms: number): Worker {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `
        import { workerData } from 'node:worker_threads';
        import { requestCancel } from '../../src/bridge/control.ts';
        const request = () => requestCancel(workerData.control);
        setTimeout(() => setInterval(request, 200), workerData.ms - 200);`,
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
