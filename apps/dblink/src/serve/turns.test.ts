import { describe, expect, test } from 'vitest';
import { type Holder, Turns } from './turns.ts';

interface Client extends Holder {
  readonly waits: boolean[];
}

function client(label: string): Client {
  const waits: boolean[] = [];
  return { label, waits, awaited: (waiting) => waits.push(waiting) };
}

const never = new AbortController().signal;
const silent = (): void => undefined;

test('the first has it at once; others in order of arrival', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const first = client('first');
  const release = await turns.take(first, 1_000, () => order.push('told'), never);
  const others = ['second', 'third'].map(async (label) => {
    const give = await turns.take(client(label), 10_000, (holder) => order.push(`${label} waits for ${holder}`), never);
    order.push(label);
    give();
  });
  expect(turns.isAwaited).toBe(true);
  release();
  // Giving it back twice gives nobody else's turn away.
  release();
  await Promise.all(others);
  expect(order).toStrictEqual(['second waits for first', 'third waits for first', 'second', 'third']);
  expect(first.waits).toContain(true);
  expect(turns.holder).toBeUndefined();
});

test('one who comes when the turn is being passed on does not get in between', async () => {
  const turns = new Turns();
  const release = await turns.take(client('first'), 1_000, silent, never);
  const second = turns.take(client('second'), 1_000, silent, never);
  release();
  expect(turns.holder?.label).toBe('second');
  const third = turns.take(client('third'), 1_000, silent, never);
  (await second)();
  (await third)();
});

describe('who does not get it', () => {
  test('is refused after the time-out, with the holder named, and the holder is told', async () => {
    const turns = new Turns();
    const first = client('client 10.0.0.1(5)');
    const release = await turns.take(first, 1_000, silent, never);
    await expect(turns.take(client('second'), 20, silent, never)).rejects.toMatchObject({
      report: {
        severity: 'FATAL',
        sqlState: '53300',
        message: 'sorry, too many clients already',
        detail: expect.stringContaining('client 10.0.0.1(5) has had it for longer'),
      },
    });
    expect(first.waits).toStrictEqual([true, false]);
    release();
    expect(turns.holder).toBeUndefined();
  });

  test('and goes away meanwhile is forgotten', async () => {
    const turns = new Turns();
    const release = await turns.take(client('first'), 1_000, silent, never);
    const gone = new AbortController();
    const waiting = turns.take(client('second'), 10_000, silent, gone.signal);
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ report: { sqlState: '57014' } });
    expect(turns.isAwaited).toBe(false);
    release();
    expect(turns.holder).toBeUndefined();
  });
});
