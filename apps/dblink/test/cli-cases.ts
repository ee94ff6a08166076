/** One run of the program that psql can do, too. `%remote%` is a server's connection string, `%folder%` a folder. */
export interface CliCase {
  readonly name: string;
  readonly args: readonly string[];
  readonly input?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const script = (name: string, input: string, ...args: readonly string[]): CliCase => ({ name, args, input });
const commands = (name: string, ...texts: readonly string[]): CliCase => ({
  name,
  args: texts.flatMap((text) => ['-c', text]),
});

/** A run with each flag, and of what ends a program. */
export const CASES: readonly CliCase[] = [
  commands('one command', 'select 1 as one, null as nothing'),
  commands('several commands', 'select 1', 'create temp table t(a int)', 'insert into t values (1), (2)', 'table t'),
  commands('several statements in one command', "select 1; select 'two'; select from generate_series(1, 2)"),
  commands('an error in one of several statements', 'select 1; select 1/0; select 3'),
  commands('an error, and the next command', 'select nocol', 'select 2'),
  commands('the last command decides the status', 'select 1', 'select nocol'),
  { name: 'ON_ERROR_STOP with -c', args: ['-v', 'ON_ERROR_STOP=1', '-c', 'select nocol', '-c', 'select 2'] },
  commands('a backslash command', '\\echo one two', '\\pset border 2', 'select 1'),
  commands('a wrong backslash command', '\\nonsense', 'select 1'),
  commands(
    'an error with everything',
    "do $$ begin raise 'm' using detail = 'd', hint = 'h', errcode = '22012'; end $$",
  ),
  { name: 'unaligned, rows only, own separator', args: ['-A', '-t', '-F', ';', '-c', 'select 1 as a, 2 as b'] },
  { name: 'unaligned with zero bytes', args: ['-A', '-z', '-0', '-c', "select 1 as a, 'x' as b"] },
  { name: 'own record separator', args: ['-A', '-R', ' / ', '-c', 'select generate_series(1, 3) as a'] },
  { name: 'expanded', args: ['-x', '-c', "select 1 as a, E'two\\nlines' as b"] },
  { name: 'csv', args: ['--csv', '-c', `select 'a,b' as "x""y", null as n`] },
  { name: 'quiet', args: ['-q', '-c', 'create temp table t(a int)', '-c', 'insert into t values (1) returning a'] },
  { name: 'printing options', args: ['-P', 'null=∅', '-P', 'border=2', '-P', 'footer=off', '-c', 'select null as n'] },
  { name: 'a wrong printing option', args: ['-P', 'nonsense=1', '-c', 'select 1'] },
  { name: 'output to a file', args: ['-o', '%folder%/out', '-c', 'select 1', '-c', '\\echo here', '-c', 'select 2'] },
  { name: 'output to a place that is none', args: ['-o', '%folder%/none/out', '-c', 'select 1'] },
  { name: 'echo of everything', args: ['-a', '-f', '-'], input: '-- comment\nselect 1;\n\n\\echo x\nselect\n 2;\n' },
  { name: 'echo of queries', args: ['-e', '-f', '-'], input: 'select 1;\n\\echo x\nselect\n 2;\n' },
  { name: 'echo of errors', args: ['-b', '-f', '-'], input: 'select 1;\nselect 1/0;\n' },
  { name: 'one line, one statement', args: ['-S'], input: 'select 1\nselect 2\n' },
  {
    name: 'a single transaction',
    args: ['-1', '-c', 'create table gone(a int)', '-c', 'select 1/0', '-c', 'select 1'],
  },
  {
    name: 'a single transaction that stops',
    args: ['-1', '-v', 'ON_ERROR_STOP=1', '-c', 'create table gone2(a int)', '-c', 'select 1/0', '-c', 'select 1'],
  },
  {
    name: 'a file',
    args: ['-f', '%folder%/a.sql'],
    files: { 'a.sql': 'select 1;\nselect nocol;\n\n\\nonsense\nselect 2;\n' },
  },
  {
    name: 'a file that stops at its error',
    args: ['-v', 'ON_ERROR_STOP=1', '-f', '%folder%/a.sql', '-c', 'select 3'],
    files: { 'a.sql': 'select 1;\nselect\n  nocol;\nselect 2;\n' },
  },
  { name: 'a file that is missing', args: ['-f', '%folder%/missing.sql'] },
  {
    name: 'files that include files',
    args: ['-f', '%folder%/a.sql'],
    files: { 'a.sql': '\\ir b.sql\n\\i %folder%/b.sql\n\\i %folder%/none.sql\nselect 1;\n', 'b.sql': 'select 1/0;\n' },
  },
  {
    name: 'an included file that stops',
    args: ['-v', 'ON_ERROR_STOP=1', '-f', '%folder%/a.sql'],
    files: { 'a.sql': '\\ir b.sql\nselect 1;\n', 'b.sql': 'select 1/0;\n' },
  },
  script('standard input', 'select 1;\nselect nocol;\nselect 2;\n'),
  script('standard input that stops', 'select 1;\nselect nocol;\nselect 2;\n', '-v', 'ON_ERROR_STOP=1'),
  script('standard input without a last semicolon', 'select 1;\nselect 2'),
  script('an open quote at the end', "select 'open;\n"),
  script('a backslash command that fails', '\\nonsense\n\\set ON_ERROR_STOP on\n\\nonsense\nselect 1;\n'),
  script('variables of the command line', "select :x, :'y';\n", '-v', 'x=42', '-v', 'y='),
  script('an open condition', '\\if false\nselect 1;\n'),
  script('quit', 'select 1;\n\\q\nselect 2;\n'),
  commands(
    'dblink in a command',
    "select * from dblink('%remote%', 'select g, g::text from generate_series(1, 3) g') as t(a int, b text)",
  ),
];
