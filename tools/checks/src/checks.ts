import type { Check } from './finding.ts';
import { layers } from './layers.ts';
import { lines } from './lines.ts';
import { lock } from './lock.ts';
import { namedTests } from './named-tests.ts';
import { silenced } from './silenced.ts';
import { words } from './words.ts';

/** Every check of the tree, in the order they run. */
export const CHECKS: readonly Check[] = [layers, lines, lock, namedTests, silenced, words];
