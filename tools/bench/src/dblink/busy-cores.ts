import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Runs a body while every core has a thread that does nothing but spin. */
export async function withBusyCores<T>(body: () => Promise<T>): Promise<T> {
  const spinners = Array.from(
    { length: availableParallelism() },
    () => new Worker('for (;;) Math.random();', { eval: true }),
  );
  try {
    return await body();
  } finally {
    await Promise.all(spinners.map((spinner) => spinner.terminate()));
  }
}
