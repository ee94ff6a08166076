import { expect, it } from 'vitest';
import { floorOf, rowsWithFloors } from './floors.ts';
import { ROWS } from './rows.ts';

it('knows floors of rows that there are', () => {
  const names = ROWS.map(({ name }) => name);
  expect(rowsWithFloors().filter((row) => !names.includes(row))).toEqual([]);
});

it('has something to say of each', () => {
  expect(rowsWithFloors().filter((row) => floorOf(row).length < 100)).toEqual([]);
});
