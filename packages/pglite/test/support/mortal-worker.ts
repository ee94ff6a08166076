import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFromSource } from '../../src/spawn/from-source.ts';

/** The network worker with something beside it that ends it when a test says so. */
export interface MortalWorker {
  readonly url: URL;
  /** Returns once the worker knows: from the next call on the test's own thread stands still. */
  endInNextCall(): Promise<void>;
}

/**
 * Writes such a worker into the directory. A worker that takes the place of one that has ended lives on, and so does one
 * that has not been told.
 *
 * @param end - the code that ends it, run when the next call has reached it
 */
export async function mortalWorker(directory: string, end: string): Promise<MortalWorker> {
  const name = randomUUID();
  const source = new URL('../../src/spawn/node.ts', import.meta.url).href;
  const real = bundleFromSource(createRequire(import.meta.url), source).href;
  const file = join(directory, `${name}.mjs`);
  await writeFile(
    file,
    `import ${JSON.stringify(real)};
    import { BroadcastChannel, parentPort } from 'node:worker_threads';
    const channel = new BroadcastChannel(${JSON.stringify(name)});
    channel.onmessage = () => {
      parentPort.once('message', () => { ${end} });
      // Until then it may still look for calls by itself, and would not be told of the next one.
      setTimeout(() => channel.postMessage('told'), 20);
    };`,
  );
  return {
    url: pathToFileURL(file),
    endInNextCall: async () => {
      const channel = new BroadcastChannel(name);
      const told = new Promise((resolve) => {
        channel.onmessage = resolve;
      });
      channel.postMessage('end');
      await told;
      channel.close();
    },
  };
}
