import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { AbiError, defineExtension, defineLibrary, doubleFileGrowth, executeSql } from '../src/index.ts';
import { describeEngine, hosted, PGlite } from './fixture.ts';

const open: PGlite[] = [];
const folders: string[] = [];

const started = (pg: PGlite): PGlite => {
  open.push(pg);
  return pg;
};

afterEach(async () => {
  for (const pg of open.splice(0)) if (!pg.closed) await pg.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const named = (answer: string): ReturnType<typeof hosted> =>
  hosted({
    answer: { sql: 'answer() RETURNS text', body: (call) => call.returnText(answer) },
    boom: {
      sql: 'boom() RETURNS text',
      body: () => {
        throw new Error(`boom in ${answer}`);
      },
    },
  });

test('two instances in one process keep apart, also in their errors', async () => {
  const [a, b] = await Promise.all(
    ['a', 'b'].map(async (name) => started(await PGlite.create({ extensions: { hosted: named(name) } }))),
  );
  if (a === undefined || b === undefined) throw new Error('two engines were to start');
  for (const pg of [a, b]) await pg.exec('CREATE EXTENSION hosted');
  const [first, second] = [describeEngine(a), describeEngine(b)];
  expect(await first.value('SELECT answer()')).toBe('a');
  expect(await second.value('SELECT answer()')).toBe('b');
  expect((await first.error('SELECT boom()')).message).toBe('boom in a');
  expect(await second.value('SELECT answer()')).toBe('b');
  await a.close();
  expect((await second.error('SELECT boom()')).message).toBe('boom in b');
  expect(await second.value('SELECT answer()')).toBe('b');
});

test('a body may use another PGlite’s result that it was given before', async () => {
  const inner = started(await PGlite.create());
  const { rows } = await inner.query<{ v: string }>(`SELECT 'from inside' AS v`);
  const pg = started(await PGlite.create({ extensions: { hosted: named(rows[0]?.v ?? '') } }));
  await pg.exec('CREATE EXTENSION hosted');
  expect(await describeEngine(pg).value('SELECT answer()')).toBe('from inside');
});

test('a clone has the functions, and its own engine', async () => {
  const pg = started(await PGlite.create({ extensions: { hosted: named('original') } }));
  await pg.exec('CREATE EXTENSION hosted');
  const clone = await pg.clone();
  const copy = describeEngine(clone as PGlite);
  expect(await copy.value('SELECT answer()')).toBe('original');
  await clone.close();
  expect(await describeEngine(pg).value('SELECT answer()')).toBe('original');
});

test('a data directory opened again finds the library, with the bodies of today', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fmgr-'));
  folders.push(folder);
  const before = started(await PGlite.create({ dataDir: folder, extensions: { hosted: named('then') } }));
  await before.exec('CREATE EXTENSION hosted; CREATE VIEW answers AS SELECT answer()');
  expect(await describeEngine(before).value('SELECT * FROM answers')).toBe('then');
  await before.close();
  const after = started(await PGlite.create({ dataDir: folder, extensions: { hosted: named('now') } }));
  expect(await describeEngine(after).value('SELECT * FROM answers')).toBe('now');
  await after.exec('DROP EXTENSION hosted CASCADE');
  expect(await describeEngine(after).value(`SELECT to_regproc('answer') IS NULL`)).toBe(true);
  await after.close();
  const without = started(await PGlite.create({ dataDir: folder }));
  expect(await describeEngine(without).value('SELECT 1')).toBe(1);
});

test('a library that is not there any more is an error of the loader', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fmgr-'));
  folders.push(folder);
  const before = started(await PGlite.create({ dataDir: folder, extensions: { hosted: named('then') } }));
  await before.exec('CREATE EXTENSION hosted');
  await before.close();
  const without = started(await PGlite.create({ dataDir: folder }));
  expect(await describeEngine(without).error('SELECT answer()')).toMatchObject({ code: '58P01' });
});

test('two libraries in one engine share its interface', async () => {
  const extension = (name: string): ReturnType<typeof defineExtension> =>
    defineExtension({
      name,
      defaultVersion: '2.5',
      comment: `it's ${name}`,
      scripts: {
        [`${name}--2.5.sql`]: `CREATE FUNCTION ${name}(text) RETURNS text AS 'MODULE_PATHNAME', 'run' LANGUAGE C STRICT;`,
      },
      functions: {
        run: (call) => call.returnText(`${name}(${executeSql(call.engine, call.text(0)).rows[0]?.[0] ?? ''})`),
      },
    });
  const extensions = { one: extension('one'), two: extension('two') };
  const engine = describeEngine(started(await PGlite.create({ extensions })));
  await engine.pg.exec('CREATE EXTENSION one; CREATE EXTENSION two');
  expect(await engine.value(`SELECT one($$SELECT two('SELECT 1')$$)`)).toBe('one(two(1))');
  expect(await engine.error(`SELECT one($$SELECT two('SELECT 1/0')$$)`)).toMatchObject({ code: '22012' });
  expect(await engine.value(`SELECT one($$SELECT two('SELECT 1')$$)`)).toBe('one(two(1))');
  const { rows } = await engine.pg.query(
    `SELECT extname, extversion, obj_description(oid) AS c FROM pg_extension WHERE extname IN ('one', 'two') ORDER BY 1`,
  );
  expect(rows).toEqual([
    { extname: 'one', extversion: '2.5', c: "it's one" },
    { extname: 'two', extversion: '2.5', c: "it's two" },
  ]);
  expect(
    await engine.values(
      `SELECT module_name || ' ' || version FROM pg_get_loaded_modules() WHERE version = '2.5' ORDER BY 1`,
    ),
  ).toEqual(['one 2.5', 'two 2.5']);
});

test('a symbol that the library has not got is refused when the function is made', async () => {
  const engine = describeEngine(started(await PGlite.create({ extensions: { hosted: named('x') } })));
  expect(
    await engine.error(`CREATE FUNCTION missing() RETURNS int AS '$libdir/hosted', 'missing' LANGUAGE C`),
  ).toMatchObject({ code: '42883', message: expect.stringContaining('could not find function "missing"') });
  expect(await engine.value('SELECT 1')).toBe(1);
});

test('files that grow by doubling hold what was written', async () => {
  const spilling = {
    ...named('x'),
    setup: async (pg: unknown, emscriptenOpts: unknown) => {
      const part = await named('x').setup(pg, emscriptenOpts);
      return { ...part, emscriptenOpts: doubleFileGrowth(part.emscriptenOpts) };
    },
  };
  const engine = describeEngine(started(await PGlite.create({ extensions: { hosted: spilling } })));
  const sizes: number[] = [];
  const { mod } = engine.pg as unknown as {
    mod: { MEMFS: { expandFileStorage(file: unknown, capacity: number): void } };
  };
  const expand = mod.MEMFS.expandFileStorage.bind(mod.MEMFS);
  mod.MEMFS.expandFileStorage = (file, capacity) => {
    const before = (file as { contents: Uint8Array }).contents.length;
    expand(file, capacity);
    const after = (file as { contents: Uint8Array }).contents.length;
    if (after > before && before >= 1024 * 1024) sizes.push(after / before);
  };
  await engine.pg.exec(`CREATE TABLE filled AS SELECT i, md5(i::text) AS t FROM generate_series(1, 100000) AS g(i)`);
  expect(await engine.value(`SELECT count(*)::int FROM filled WHERE t = md5(i::text)`)).toBe(100_000);
  expect(sizes.length).toBeGreaterThan(0);
  for (const growth of sizes) expect(growth).toBeGreaterThanOrEqual(2);
});

test('names that C or the file system would not take are refused', () => {
  expect(() => defineLibrary({ name: '../x', functions: {} })).toThrow(RangeError);
  expect(() => defineLibrary({ name: 'x', functions: { 'a b': () => undefined } })).toThrow(RangeError);
});

test('an engine of another interface is refused by name, and nothing hangs', async () => {
  const library = defineLibrary({ name: 'x', functions: {} });
  const part = library.attach({ instantiateWasm: () => ({}) });
  expect(() => part.engine).toThrow(AbiError);
  await expect(part.init()).rejects.toThrow(/supports @electric-sql\/pglite >=0\.5\.0 <0\.6\.0/);

  const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const other = library.attach({
    instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) =>
      done(new WebAssembly.Instance(module, imports)),
  });
  let instance: unknown;
  other.emscriptenOpts.instantiateWasm({ env: {} }, (made) => {
    instance = made;
  });
  expect(instance).toBeInstanceOf(WebAssembly.Instance);
  await expect(other.init()).rejects.toThrow(AbiError);
});
