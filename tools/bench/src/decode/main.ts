// The decoding rows alone: `node --expose-gc --import tsx --conditions=@pg-dblink/source tools/bench/src/decode/main.ts`
import { formatReport } from '../report.ts';
import { rows } from './index.ts';

const wanted = process.argv.slice(2);
for (const row of rows) {
  if (wanted.length > 0 && !wanted.some((part) => row.name.includes(part))) continue;
  process.stdout.write(`${formatReport(row, await row.run())}\n`);
}
