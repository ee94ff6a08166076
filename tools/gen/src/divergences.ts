import { readCases, renderDivergences } from '@pg-dblink/differential';
import type { GeneratedFile } from './generated-file.ts';

/** docs/divergences.md, from the flags of the differential cases. */
export function divergences(): readonly GeneratedFile[] {
  return [{ path: 'docs/divergences.md', text: renderDivergences(readCases()) }];
}
