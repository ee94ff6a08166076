import { expect, it } from 'vitest';
import { type CreatedView, type CreateViewRequest, createViewSteps } from './create-view.ts';
import type { LocalQuery } from './local-steps.ts';

/** Runs the steps with a local database in which the types at these places are known. */
function create(request: CreateViewRequest, known: readonly boolean[]): { view: CreatedView; queries: LocalQuery[] } {
  const steps = createViewSteps(request);
  const queries: LocalQuery[] = [];
  const answers = [[['"Here"'], ['v']], [['ext schema']], known.map((is) => [is ? 't' : 'f']), []];
  let step = steps.next();
  for (const rows of answers) {
    if (step.done === true) break;
    queries.push(step.value);
    step = steps.next(rows);
  }
  if (step.done !== true) throw new Error('more was asked than expected');
  return { view: step.value, queries };
}

const request = (columns: CreateViewRequest['columns'], target?: string): CreateViewRequest => ({
  view: '"Here".v',
  target,
  sql: `select '\\' as "a"`,
  columns,
});

it('quotes what comes from outside and writes types anew', () => {
  const columns = [
    { name: 'a"; --', type: 'timestamp(3) without time zone[]' },
    { name: 'select', type: '"Odd; schema"."Odd type"' },
  ];
  const { view, queries } = create(request(columns, "o'brien"), [true, true]);
  const statement =
    'CREATE VIEW "Here".v AS SELECT * FROM "ext schema".dblink(\'o\'\'brien\'::text, ' +
    `E'select ''\\\\'' as "a"'::text) AS remote("a""; --" timestamp(3)[], "select" "Odd; schema"."Odd type")`;
  expect(view).toEqual({ statement, unknown: [] });
  expect(queries.at(-1)).toEqual({ sql: statement, parameters: [] });
  expect(queries[2]?.parameters).toEqual(['{"timestamp(3)[]","\\"Odd; schema\\".\\"Odd type\\""}']);
});

it.each([
  'int); DROP TABLE t; --',
  'int, b int',
  "int DEFAULT 'x'",
  '',
  'int NOT NULL',
  '(select 1)',
  '\u0000',
  '"',
  'int /*',
])('makes a column text that a server says is of type %j', (type) => {
  const { view } = create(request([{ name: 'a', type }]), [true]);
  expect(view.statement).toMatch(/ AS remote\(a text\)$/);
  expect(view.unknown).toEqual([{ name: 'a', type }]);
});

it('makes a column text whose type the local database has not', () => {
  const columns = [
    { name: 'a', type: 'ltree' },
    { name: 'b', type: 'text' },
  ];
  const { view } = create(request(columns), [false, true]);
  expect(view.statement).toContain(`"ext schema".dblink(E'select`);
  expect(view.statement).toMatch(/ AS remote\(a text, b text\)$/);
  expect(view.unknown).toEqual([{ name: 'a', type: 'ltree' }]);
});

it('needs the extension', () => {
  const steps = createViewSteps(request([]));
  steps.next();
  steps.next([['v']]);
  expect(() => steps.next([])).toThrow('extension "dblink" does not exist');
});
