import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { formatLibpqMessage } from '@pg-dblink/client';
import { createSession } from '@pg-dblink/session';
import { signal } from './bridge/control.ts';
import { Mailbox } from './bridge/mailbox.ts';
import { LIFE, Pulse } from './bridge/pulse.ts';
import { Responder } from './bridge/responder.ts';
import { makeConnect } from './network/connect.ts';
import { FINISH, type WorkerData } from './spawn/worker-data.ts';

const HEARTBEAT_MS = 50;

/** A heart that beats while calls are under way, and once more after the last one. */
function heartOf(pulse: Pulse): (isBusy: boolean) => void {
  let timer: NodeJS.Timeout | undefined;
  let rhythm: 'steady' | 'last beat' = 'last beat';
  const beat = (): void => {
    pulse.beat();
    const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
    pulse.noteMemory(heap + external);
    if (rhythm === 'steady') return;
    clearInterval(timer);
    timer = undefined;
  };
  return (isBusy) => {
    rhythm = isBusy ? 'steady' : 'last beat';
    timer ??= setInterval(beat, HEARTBEAT_MS);
  };
}

const soon = (callback: () => void): void => {
  setImmediate(callback);
};

/** How long rows lie in the ring before the engine's thread is told of them, if no more come. */
const ROWS_WAIT_MS = 1;

/** One timer for all who ask within a moment: a call that is answered at once would make one for nothing. */
function laterOf(): (callback: () => void) => void {
  let waiting: (() => void)[] = [];
  const run = (): void => {
    const due = waiting;
    waiting = [];
    for (const callback of due) callback();
  };
  return (callback) => {
    if (waiting.push(callback) === 1) setTimeout(run, ROWS_WAIT_MS);
  };
}

/** The network worker: owns the sockets and the session, answers the engine's thread. */
function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread');
  const { control, pulse: pulseMemory, requests, answers, network } = workerData as WorkerData;
  const pulse = new Pulse(pulseMemory);
  const words = new Int32Array(control, 0, 4);
  const heart = heartOf(pulse);
  const cancelling = new Set<Promise<void>>();

  const responder = new Responder(
    {
      session: createSession({
        connect: makeConnect(network, control),
        formatMessage: formatLibpqMessage,
        now: () => Date.now(),
        cancelling: (settled) => {
          cancelling.add(settled);
          settled.finally(() => cancelling.delete(settled)).catch(() => undefined);
        },
        delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
      }),
      signal: () => signal(words),
      later: laterOf(),
      busy: (isBusy) => {
        heart(isBusy);
        if (!isBusy) mailbox.lookOut();
      },
    },
    answers,
  );
  const mailbox = new Mailbox(requests, (call, message) => responder.receive(call, message), {
    now: () => performance.now(),
    soon,
  });

  const finish = async (): Promise<void> => {
    await responder.abandonedCallsEnded();
    await Promise.allSettled(cancelling);
    process.exit();
  };

  process.on('exit', () => {
    pulse.life = LIFE.ended;
    signal(words);
  });
  mailbox.empty();
  pulse.life = LIFE.running;
  port.on('message', (message: unknown) => {
    mailbox.empty();
    if (message === FINISH) void finish();
  });
}

main();
