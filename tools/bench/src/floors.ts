import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../floors');

/** What is known of a row that misses its goal: where its time goes, what taking that out gave, how far down it can go. */
export function floorOf(row: string): string {
  const file = resolve(folder, `${row}.md`);
  return existsSync(file) ? `${readFileSync(file, 'utf8').trim()}\n` : '';
}

/** The rows of which something is known. */
export function rowsWithFloors(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length));
}
