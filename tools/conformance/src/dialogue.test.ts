import { describe, expect, it } from 'vitest';
import { matchesLine } from './compare.ts';
import { parseDialogue, rewriteDialogue } from './dialogue.ts';
import { isMeantFor, matchesKind } from './server-kind.ts';
import { applyView, viewOf } from './view.ts';

const DIALOGUE = `# a comment
only noncrdb

send
Query {"String": "SELECT 1"}
----

until keepErrMessage ignore=(RowDescription, NoticeResponse) mapError=(42601, 42P01)
ErrorResponse
ReadyForQuery
----
{"Type":"ErrorResponse","Code":"42601"}
{"Type":"ReadyForQuery","TxStatus":"I"}

receive
ReadyForQuery
----
----
one

two
----
----

# the end
`;

describe('parseDialogue', () => {
  it('reads directives, options, input and expectations', () => {
    const blocks = parseDialogue(DIALOGUE);
    expect(blocks.map(({ directive, line }) => [directive, line])).toEqual([
      ['only', 2],
      ['send', 4],
      ['until', 8],
      ['receive', 15],
    ]);
    expect(blocks[2]?.options).toEqual([
      { key: 'keepErrMessage', values: [] },
      { key: 'ignore', values: ['RowDescription', 'NoticeResponse'] },
      { key: 'mapError', values: ['42601', '42P01'] },
    ]);
    expect(blocks[2]?.input).toEqual(['ErrorResponse', 'ReadyForQuery']);
    expect(blocks[2]?.expected).toHaveLength(2);
    expect(blocks[3]?.expected).toEqual(['one', '', 'two']);
  });

  it('says where an expected part has no end', () => {
    expect(() => parseDialogue('until\nReadyForQuery\n----\n----\nx\n')).toThrow(
      'line 1: the expected part has no end',
    );
  });
});

describe('rewriteDialogue', () => {
  it('changes expected parts and nothing else', () => {
    const blocks = parseDialogue(DIALOGUE);
    const same = rewriteDialogue(
      DIALOGUE,
      blocks,
      blocks.map(({ expected }) => expected),
    );
    expect(same).toBe(DIALOGUE);
    const other = rewriteDialogue(DIALOGUE, blocks, [[], [], ['A'], ['B', '', 'C']]);
    expect(parseDialogue(other).map(({ expected }) => expected)).toEqual([[], [], ['A'], ['B', '', 'C']]);
    expect(other.startsWith('# a comment\nonly noncrdb\n')).toBe(true);
    expect(other.endsWith('\n\n# the end\n')).toBe(true);
  });
});

describe('server kinds', () => {
  const pg15 = { name: 'postgres', major: 15 } as const;
  const crdb = { name: 'cockroach', major: undefined } as const;

  it('matches names and versions', () => {
    expect(matchesKind('postgres>=18', pg15)).toBe(false);
    expect(matchesKind('postgres<18', pg15)).toBe(true);
    expect(matchesKind('noncrdb', pg15)).toBe(true);
    expect(matchesKind('crdb', crdb)).toBe(true);
    expect(matchesKind('postgres', crdb)).toBe(false);
  });

  it('tells which blocks are meant for whom', () => {
    const option = (key: string, ...values: string[]) => [{ key, values }];
    expect(isMeantFor(option('crdb_only'), pg15)).toBe(false);
    expect(isMeantFor(option('noncrdb_only'), pg15)).toBe(true);
    expect(isMeantFor(option('skip', 'postgres<18'), pg15)).toBe(false);
    expect(isMeantFor(option('only', 'dblink'), pg15)).toBe(false);
  });
});

describe('matchesLine', () => {
  const matches = (
    line: string,
    message: Readonly<Record<string, unknown>> & { Type: string },
    ...options: string[]
  ) => {
    const [shown] = applyView([message], viewOf(options.map((key) => ({ key, values: [] }))));
    return shown !== undefined && matchesLine(line, message, shown);
  };

  it('compares as JSON, null and no elements being alike', () => {
    expect(matches('{ "Type": "RowDescription", "Fields": null }', { Type: 'RowDescription', Fields: [] })).toBe(true);
    expect(
      matches('{"Type":"DataRow","Values":[{"text":"a\\u003cb"}]}', { Type: 'DataRow', Values: [{ text: 'a<b' }] }),
    ).toBe(true);
    expect(matches('{"Type":"DataRow","Values":[null]}', { Type: 'DataRow', Values: [{ text: '' }] })).toBe(false);
    expect(matches('not JSON', { Type: 'CopyDone' })).toBe(false);
  });

  it('wants the code of an error, its message when asked for, and any other field that the line gives', () => {
    const error = { Type: 'ErrorResponse', Code: '22012', Message: 'division by zero', Detail: 'd' };
    expect(matches('{"Type":"ErrorResponse","Code":"22012"}', error)).toBe(true);
    expect(matches('{"Type":"ErrorResponse","Code":"22012","Detail":"other"}', error)).toBe(false);
    expect(matches('{"Type":"ErrorResponse","Code":"22012"}', error, 'keepErrMessage')).toBe(false);
    expect(matches('{"Type":"ErrorResponse"}', error)).toBe(false);
  });

  it('takes a notice as Go prints it: without its type, with empty fields and a line number', () => {
    const notice = { Type: 'NoticeResponse', Severity: 'NOTICE', Code: '00000', Message: 'foo', File: 'f.c' };
    const line =
      '{"Severity":"NOTICE","Code":"00000","Message":"foo","Detail":"","Position":0,"Line":7,"UnknownFields":null}';
    expect(matches(line, notice)).toBe(true);
    expect(matches(line.replace('foo', 'bar'), notice)).toBe(false);
  });
});

describe('viewOf', () => {
  it('refuses an option that nobody knows', () => {
    expect(() => viewOf([{ key: 'ignore_everything', values: [] }])).toThrow('unknown option ignore_everything');
  });
});
