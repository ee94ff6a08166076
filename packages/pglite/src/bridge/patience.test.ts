import { expect, test } from 'vitest';
import { Patience, type WayToWait } from './patience.ts';

/** Runs calls that take so many milliseconds by either way, and counts the ways chosen. */
function run(patience: Patience, calls: number, takes: Record<WayToWait, number>): Record<WayToWait, number> {
  const chosen = { awake: 0, asleep: 0 };
  for (let call = 0; call < calls; call++) {
    const way = patience.choose();
    chosen[way]++;
    patience.note(way, takes[way]);
  }
  return chosen;
}

test('the way that takes less time is taken, the other one is tried now and then', () => {
  const idle = run(new Patience(), 5000, { awake: 0.05, asleep: 0.12 });
  expect(idle.awake).toBeGreaterThan(4600);
  expect(idle.asleep).toBeGreaterThan(0);
  const busy = run(new Patience(), 5000, { awake: 0.7, asleep: 0.2 });
  expect(busy.asleep).toBeGreaterThan(4700);
  expect(busy.awake).toBeGreaterThan(0);
});

test('it follows when cores become busy, and when they become idle again', () => {
  const patience = new Patience();
  run(patience, 200, { awake: 0.05, asleep: 0.12 });
  expect(run(patience, 640, { awake: 0.7, asleep: 0.12 }).asleep).toBeGreaterThan(560);
  expect(run(patience, 1280, { awake: 0.05, asleep: 0.12 }).awake).toBeGreaterThan(800);
});

test('a way is not judged by its first calls, in which the threads still find their cores', () => {
  const patience = new Patience();
  let inARow = 0;
  const chosen = { awake: 0, asleep: 0 };
  for (let call = 0; call < 2000; call++) {
    const way = patience.choose();
    chosen[way]++;
    inARow = way === 'awake' ? inARow + 1 : 0;
    patience.note(way, way === 'asleep' ? 0.12 : inARow < 6 ? 0.7 : 0.05);
  }
  expect(chosen.awake).toBeGreaterThan(1900);
});

test('answers that are long in coming are waited for asleep', () => {
  expect(run(new Patience(), 6400, { awake: 30, asleep: 30 }).asleep).toBeGreaterThan(6000);
});

test('one late answer does not change the way', () => {
  const patience = new Patience();
  run(patience, 90, { awake: 0.05, asleep: 0.12 });
  patience.note('awake', 40);
  expect(patience.choose()).toBe('awake');
});

test('a way that never pays is tried ever more rarely', () => {
  const patience = new Patience();
  const takes = { awake: 0.7, asleep: 0.2 };
  run(patience, 5000, takes);
  expect(run(patience, 4000, takes).awake).toBeLessThan(60);
});

test('a way that looks good for a slice of a processor only is not taken again and again', () => {
  const patience = new Patience();
  const chosen = { awake: 0, asleep: 0 };
  let inARow = 0;
  for (let call = 0; call < 20_000; call++) {
    const way = patience.choose();
    chosen[way]++;
    inARow = way === 'awake' ? inARow + 1 : 0;
    patience.note(way, way === 'asleep' ? 0.2 : inARow < 40 ? 0.05 : 0.7);
  }
  expect(chosen.awake).toBeLessThan(1200);
  expect(chosen.awake).toBeGreaterThan(0);
});

test('calls that end without an answer tell nothing', () => {
  const patience = new Patience();
  for (const _ of Array(100)) patience.choose();
  expect(run(patience, 1280, { awake: 0.05, asleep: 0.12 }).awake).toBeGreaterThan(800);
});
