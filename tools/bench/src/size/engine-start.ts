import { PGlite } from '@electric-sql/pglite';

// The engine alone, as a process that runs one statement and ends: what the command cannot be quicker than.
const engine = await PGlite.create();
const { rows } = await engine.query('select 1');
process.stdout.write(`${JSON.stringify(rows)}\n`);
await engine.close();
