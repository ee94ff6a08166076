import { describe, expect, it } from 'vitest';
import type { Output } from '../run/output.ts';
import { colouredMessages } from './colours.ts';

/** What is written; `^` stands for the byte that begins a colour. */
function painted(text: string): string {
  let written = '';
  const plain: Output = {
    write: (part) => {
      written += part;
    },
    writeBytes: () => undefined,
    flush: () => Promise.resolve(),
    close: () => undefined,
  };
  colouredMessages(plain).write(text);
  return written.replaceAll('\u001b', '^');
}

describe('colouredMessages', () => {
  it('paints the severity and nothing else', () => {
    const shown = painted('ERROR:  division by zero\nLINE 1: select 1/0\n');
    expect(shown).toMatch(/^\^.*ERROR\^.*: {2}division by zero\nLINE 1: select 1\/0\n$/s);
    expect(shown.slice(shown.indexOf(': '))).not.toContain('^');
  });

  it('finds it behind the place in a file', () => {
    expect(painted('dblink:a.sql:2: WARNING:  w\n')).toMatch(/^dblink:a\.sql:2: \^.*WARNING\^/);
  });

  it('leaves everything else as it is', () => {
    for (const text of ['Cancel request sent\n', 'invalid command \\x\n', 'an ERROR: inside\n']) {
      expect(painted(text)).toBe(text);
    }
  });
});
