import { expect, test } from 'vitest';
import { SlashArguments } from './slash-arguments.ts';
import { Variables } from './variables.ts';

function read(text: string): string[] {
  const variables = new Variables();
  variables.set('v', 'value');
  variables.set('q', "it's");
  const args = new SlashArguments(text, variables);
  args.name();
  return args.all();
}

test.each<[string, readonly string[]]>([
  ['echo a b', ['a', 'b']],
  ["echo 'a b' c", ['a b', 'c']],
  ["echo 'it''s' 'a\\nb\\t\\x41\\101'", ["it's", 'a\nb\tAA']],
  ['echo "a b"', ['"a b"']],
  ['echo :v :unknown :{?v}', ['value', ':unknown', 'TRUE']],
  [`echo :'q' :"q"`, ["'it''s'", '"it\'s"']],
  ["echo a'b c'd", ['ab cd']],
  ['echo a \\\\ rest', ['a']],
  ['echo', []],
  ["echo ''", ['']],
  ["echo 'open", ['open']],
])('%s', (text, values) => {
  expect(read(text)).toStrictEqual(values);
});

test('the name ends at a blank or a backslash', () => {
  const args = new SlashArguments('g\\\\ select', new Variables());
  expect(args.name()).toBe('g');
  args.finish();
  expect('g\\\\ select'.slice(args.at)).toBe(' select');
});

test('a whole line is taken as it stands, a pipe too', () => {
  const variables = new Variables();
  const help = new SlashArguments("h  ALTER  'TABLE' :v", variables);
  help.name();
  expect(help.wholeLine()).toBe("ALTER  'TABLE' :v");
  const pipe = new SlashArguments("o |cat 'x'", variables);
  pipe.name();
  expect(pipe.fileOrPipe()).toStrictEqual({ value: "|cat 'x'", quoted: false });
});

test('backquotes hold a shell command', () => {
  expect(read('set x `echo hello`')).toStrictEqual(['x', 'hello']);
});
