// The world around the examples of fmgr: each runs in the body of a function that SQL calls, up to its first await.

import { PGlite as Engine } from '@electric-sql/pglite';
import { type Call, defineExtension, type EmscriptenOptions } from '@pg-dblink/fmgr';

export const PGlite = Engine;
export const sql = "CREATE FUNCTION hello(text) RETURNS text AS 'MODULE_PATHNAME' LANGUAGE C;";
export const part: { readonly emscriptenOpts: EmscriptenOptions } = { emscriptenOpts: {} };

let running: Call | undefined;
let wanted: (() => Promise<unknown>) | undefined;
let outcome: Promise<unknown> | undefined;

export function callFor(_subject: string): Call {
  if (running === undefined) throw new Error('no function is being called');
  return running;
}

export const mylib = defineExtension({
  name: 'mylib',
  defaultVersion: '1.0',
  scripts: {
    'mylib--1.0.sql': `CREATE FUNCTION example() RETURNS SETOF record AS 'MODULE_PATHNAME', 'example' LANGUAGE C;`,
  },
  functions: {
    example: (call) => {
      call.prepareSet();
      running = call;
      outcome = wanted?.();
      running = undefined;
    },
  },
});

const pg = await Engine.create({ extensions: { mylib } });
await pg.exec(`CREATE EXTENSION mylib;
  CREATE TABLE accounts (id int PRIMARY KEY);
  CREATE FOREIGN DATA WRAPPER wrapper;
  CREATE SERVER there FOREIGN DATA WRAPPER wrapper;
  CREATE USER MAPPING FOR PUBLIC SERVER there`);

/** Calls an example from SQL. */
export async function run(example: () => Promise<unknown>): Promise<void> {
  wanted = example;
  await pg.query('SELECT * FROM example() AS t(status text)');
  await outcome;
}
