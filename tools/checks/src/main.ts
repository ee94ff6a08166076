import { resolve } from 'node:path';
import { CHECKS } from './checks.ts';

const root = resolve(import.meta.dirname, '../../..');
let failed = 0;
for (const check of CHECKS) {
  const findings = await check.run(root);
  for (const { file, message } of findings) process.stdout.write(`${check.name}: ${file}: ${message}\n`);
  if (findings.length > 0) failed += 1;
}
process.stdout.write(`${CHECKS.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
