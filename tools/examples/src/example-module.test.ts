import { expect, it } from 'vitest';
import { exampleModule } from './example-module.ts';

const SOURCES = [
  { specifier: '../scene.ts', names: new Map([['connect', 'value'] as const, ['frameFor', 'value'] as const]) },
  {
    specifier: '@x/y',
    names: new Map([['connect', 'value'] as const, ['parse', 'value'] as const, ['Row', 'type'] as const]),
  },
];
const moduleOf = (code: string): string => exampleModule(code, 'parse', SOURCES, './given.ts');

it('imports what the example does not declare, from the first that has it', () => {
  const text = moduleOf("const row: Row = parse(await connect(''));\nconst parsed = { parse: row.connect };");
  expect(text).toContain("import { connect } from '../scene.ts';");
  expect(text).toContain("import { parse } from '@x/y';");
  expect(text).toContain("import { type Row } from '@x/y';");
  expect(text.match(/^import /gm)).toHaveLength(4);
  expect(moduleOf('const parse = 1;')).not.toContain('@x/y');
});

it('makes a name for the example that it is of', () => {
  expect(moduleOf('parse(frame);')).toContain('const frame = frameFor("parse");');
});

it('compares each value that is said, also inside blocks and async functions', () => {
  expect(moduleOf("parse('a'); // 1")).toContain('given("1", await (parse(\'a\')));');
  expect(moduleOf('console.log(parse(1)); // one')).toContain('given("one", await (parse(1)));');
  expect(moduleOf('if (parse) {\n  parse.a; // 2\n}')).toContain('given("2", await (parse.a));');
  expect(moduleOf('each(async () => {\n  parse.a; // 2\n});')).toContain('given("2", await (parse.a));');
  expect(moduleOf('parse(0); // throws no')).toContain('await givenError("throws no", async () => (parse(0)));');
  expect(moduleOf('each(() => {\n  parse.a; // no value\n});')).not.toContain('given("');
});

it('compares types', () => {
  expect(moduleOf('type A = Row; // { a: number }')).toContain('const same: Same<A, { a: number }> = true;');
  expect(moduleOf('type A = Row;\n// number')).toContain('const same: Same<A, number> = true;');
});
