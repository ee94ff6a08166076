export { type Case, type Divergence, parseCases, readCases } from './cases.ts';
export { compareCase, count, problemText, type Verdict } from './compare.ts';
export { renderDivergences } from './divergences.ts';
