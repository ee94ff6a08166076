import { resolve } from 'node:path';
import type { LayerResult } from './layer.ts';
import { LAYERS } from './layers.ts';

const root = resolve(import.meta.dirname, '../../..');
const only = process.argv.slice(2);
const results = new Map<string, LayerResult & { readonly minutes: number }>();

for (const layer of LAYERS) {
  if (only.length > 0 && !only.includes(layer.name)) continue;
  process.stdout.write(`\n== ${layer.name}\n`);
  const blocked = (layer.needs ?? []).find((name) => (results.get(name)?.failed ?? 0) > 0);
  const started = performance.now();
  const result =
    blocked === undefined
      ? await layer.run(root)
      : { passed: 0, failed: 1, skipped: [`all of it: layer ${blocked} failed`] };
  results.set(layer.name, { ...result, minutes: (performance.now() - started) / 60_000 });
}

let passed = 0;
let failed = 0;
let skipped = 0;
process.stdout.write('\n== the gate, minutes per layer\n');
for (const [name, result] of results) {
  passed += result.passed;
  failed += result.failed;
  skipped += result.skipped.length;
  const counts = `${result.passed} ok, ${result.failed} wrong, ${result.skipped.length} left out`;
  process.stdout.write(`${name.padEnd(12)} ${result.minutes.toFixed(1).padStart(5)} min  ${counts}\n`);
  if (result.proofCases) {
    process.stdout.write(`             ${result.proofCases} cases of hostile servers and broken streams in them\n`);
  }
  for (const reason of result.skipped) process.stdout.write(`             left out: ${reason}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 ? 1 : 0;
