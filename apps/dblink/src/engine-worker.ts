import { parentPort, workerData } from 'node:worker_threads';
import { Backend } from './engine/backend.ts';
import { openDatabase } from './engine/database.ts';
import type { EngineReply, EngineWorkerData } from './engine/link.ts';

const port = parentPort;
if (port === null) throw new Error('this module runs in a worker thread only');
const settings = workerData as EngineWorkerData;
const block = new Int32Array(settings.block);

openDatabase(settings).then(
  ({ pg, access, parameters }) => {
    const backend = new Backend(pg, port, block);
    access.onHostCall(() => backend.pollCancel());
    port.postMessage({ kind: 'started', parameters } satisfies EngineReply);
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ kind: 'failed', message } satisfies EngineReply);
    port.close();
  },
);
