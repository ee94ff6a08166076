import { readFile } from 'node:fs/promises';

/** Reads one of the scripts of the folder `sql`, which lies beside `src` and `dist`. */
export function readSqlFile(name: 'atlas' | 'seismo' | 'tour'): Promise<string> {
  return readFile(new URL(`../sql/${name}.sql`, import.meta.url), 'utf8');
}
