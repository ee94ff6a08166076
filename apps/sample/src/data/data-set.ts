import type { CopyValue } from '../load/copy-text.ts';

/** Open data published as an npm package: what it is, whose it is, and under which terms it is given. */
export interface DataSet {
  readonly title: string;
  /** The npm package it is read from. */
  readonly package: string;
  /** Who made the data. */
  readonly source: string;
  readonly url: string;
  readonly licence: string;
  /** The table it fills and that table's columns, in the order of the rows' values. */
  readonly table: string;
  readonly columns: readonly string[];
  rows(): Promise<readonly (readonly CopyValue[])[]>;
}
