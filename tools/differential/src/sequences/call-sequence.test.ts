import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callSequence } from './call-sequence.ts';
import { tableSequence } from './table-sequence.ts';

const sequences = fc.sample(callSequence, { numRuns: 3000, seed: 1 });
const text = sequences.flat().join('\n').replaceAll("''", "'");

/** A call whose arguments are strings, numbers, `cp()` and the like, so many of them. */
const called = (name: string, ...kinds: readonly ('text' | 'int' | 'bool' | 'array')[]): RegExp => {
  const one = {
    text: `(?:'(?:[^']|\\n)*'|cp\\(\\)|lb\\([^)]*\\))`,
    int: '-?\\d+',
    bool: '(?:true|false)',
    array: `array\\[`,
  };
  const end = kinds.includes('array') ? '' : '\\)';
  return new RegExp(`\\b${name}\\(${kinds.map((kind) => one[kind]).join(', ')}${end}`);
};

it.each([
  called('dblink_connect', 'text'),
  called('dblink_connect', 'text', 'text'),
  called('dblink_connect_u', 'text'),
  called('dblink_connect_u', 'text', 'text'),
  /dblink_disconnect\(\)/,
  called('dblink_disconnect', 'text'),
  called('dblink', 'text'),
  called('dblink', 'text', 'bool'),
  called('dblink', 'text', 'text'),
  called('dblink', 'text', 'text', 'bool'),
  called('dblink_exec', 'text'),
  called('dblink_exec', 'text', 'bool'),
  called('dblink_exec', 'text', 'text'),
  called('dblink_exec', 'text', 'text', 'bool'),
  called('dblink_open', 'text', 'text'),
  called('dblink_open', 'text', 'text', 'bool'),
  called('dblink_open', 'text', 'text', 'text'),
  called('dblink_open', 'text', 'text', 'text', 'bool'),
  called('dblink_fetch', 'text', 'int'),
  called('dblink_fetch', 'text', 'int', 'bool'),
  called('dblink_fetch', 'text', 'text', 'int'),
  called('dblink_fetch', 'text', 'text', 'int', 'bool'),
  called('dblink_close', 'text'),
  called('dblink_close', 'text', 'bool'),
  called('dblink_close', 'text', 'text'),
  called('dblink_close', 'text', 'text', 'bool'),
  /dblink_get_connections\(\)/,
  called('dblink_error_message', 'text'),
  called('dblink_send_query', 'text', 'text'),
  called('dblink_is_busy', 'text'),
  called('dblink_get_result', 'text'),
  called('dblink_get_result', 'text', 'bool'),
  called('dblink_cancel_query', 'text'),
  /dblink_get_notify\(\)/,
  called('dblink_get_notify', 'text'),
  called('dblink_get_pkey', 'text'),
  called('dblink_build_sql_insert', 'text', 'text', 'int', 'array'),
  called('dblink_build_sql_update', 'text', 'text', 'int', 'array'),
  called('dblink_build_sql_delete', 'text', 'text', 'int', 'array'),
  /dblink_current_query\(\)/,
  called('dblink_fdw_validator', 'array'),
])('%s is in some sequence: all 41 functions are', (call) => {
  expect(text).toMatch(call);
});

it('no step holds what separates steps in a case file', () => {
  const tables = fc.sample(tableSequence, { numRuns: 300, seed: 1 });
  for (const steps of [...sequences, ...tables]) for (const step of steps) expect(step).not.toMatch(/ ;; | ⇒ |⏎/);
});
