import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dblink, sleep, startDblink, until } from './built.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dblink-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.concurrent('one-shot', () => {
  test('several commands print as psql prints', async () => {
    const { status, stdout, stderr } = await dblink([
      '-c',
      'select 1 as a',
      '-c',
      'create table t(x int); insert into t values (1), (2) returning x',
    ]);
    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(' a \n---\n 1\n(1 row)\n\nCREATE TABLE\n x \n---\n 1\n 2\n(2 rows)\n\nINSERT 0 2\n');
  });

  test('a command is one implicit transaction', async () => {
    const { status, stdout, stderr } = await dblink([
      '-c',
      'create table t(); select 1/0',
      '-Atc',
      "select to_regclass('t') is null",
    ]);
    expect(status).toBe(0);
    expect(stderr).toBe('ERROR:  division by zero\n');
    expect(stdout).toBe('CREATE TABLE\nt\n');
  });

  test.each([
    [['-c', 'select 1'], 0],
    [['-c', 'select nix'], 1],
    [['-c', 'select nix', '-c', 'select 1'], 0],
    [['-v', 'ON_ERROR_STOP=1', '-c', 'select nix', '-c', 'select 1'], 1],
    [['-f', 'not there'], 1],
    [['--nix'], 1],
  ] as const)('%j ends with status %i', async (argv, expected) => {
    expect((await dblink(argv)).status).toBe(expected);
  });

  test('an error in a script ends with status 3 under ON_ERROR_STOP, and is marked with its line', async () => {
    const path = file('stop.sql', 'select 1;\nselect nix;\nselect 2;\n');
    const going = await dblink(['-Atf', path]);
    expect(going).toMatchObject({ status: 0, stdout: '1\n2\n' });
    const stopped = await dblink(['-v', 'ON_ERROR_STOP=1', '-Atf', path]);
    expect(stopped).toMatchObject({ status: 3, stdout: '1\n' });
    expect(stopped.stderr).toBe(
      `dblink:${path}:2: ERROR:  column "nix" does not exist\nLINE 1: select nix;\n               ^\n`,
    );
    expect((await dblink(['-v', 'ON_ERROR_STOP=1'], 'select nix;\n')).status).toBe(3);
  });

  test('a lost engine ends with status 2', async () => {
    const blocked = file('a file, not a directory', '');
    const { status, stderr } = await dblink(['--data', blocked, '-c', 'select 1']);
    expect(status).toBe(2);
    expect(stderr).toBe(`dblink: error: could not create directory "${blocked}": Not a directory\n`);
  });

  test('verbosity shows the SQLSTATE', async () => {
    const { stderr } = await dblink(
      [],
      '\\set VERBOSITY verbose\nselect 1/0;\n\\set VERBOSITY terse\nselect nix;\n\\set VERBOSITY sqlstate\nselect nix;\n',
    );
    expect(stderr).toMatch(/^ERROR: {2}22012: division by zero\nLOCATION: {2}int4div, int\.c:\d+\n/);
    expect(stderr).toContain('ERROR:  column "nix" does not exist at character 8\nERROR:  42703\n');
  });

  test('the extension is there, unless it is not wanted', async () => {
    const listed = 'select extname from pg_extension order by 1';
    expect((await dblink(['-Atc', listed])).stdout).toBe('dblink\nplpgsql\n');
    expect((await dblink(['--no-extension', '-Atc', listed])).stdout).toBe('plpgsql\n');
  });

  test('describe commands look like psql', async () => {
    const { stdout, stderr } = await dblink([
      '-c',
      'create table shown(a int primary key, b text not null default $$x$$)',
      '-c',
      '\\d shown',
      '-c',
      '\\dx',
      '-c',
      '\\d missing',
    ]);
    expect(stdout).toContain(
      '               Table "public.shown"\n Column |  Type   | Collation | Nullable |  Default  \n',
    );
    expect(stdout).toContain('Indexes:\n    "shown_pkey" PRIMARY KEY, btree (a)\n\n');
    expect(stdout).toContain(
      ' dblink  | 1.3     | 1.3             | public     | connect to other PostgreSQL databases',
    );
    expect(stderr).toBe('Did not find any relation named "missing".\n');
  });

  test('values for programs: JSON keeps numbers, nulls and documents', async () => {
    const sql = `select 1 as i, 12345678901234567890.5 as n, 'NaN'::float8 as f, true as b, null as z, '{"a":[1]}'::jsonb as j, 'é"' as t`;
    const expected = '{"i":1,"n":12345678901234567890.5,"f":"NaN","b":true,"z":null,"j":{"a": [1]},"t":"é\\""}';
    expect((await dblink(['--ndjson', '-c', sql])).stdout).toBe(`${expected}\n`);
    expect((await dblink(['--json', '-c', sql])).stdout).toBe(`[${expected}]\n`);
  });

  test('results go to a file with -o, and errors do not', async () => {
    const path = join(folder, 'out.csv');
    const { stdout, stderr } = await dblink(['--csv', '-o', path, '-c', "select 'a,b' as x", '-c', 'select nix']);
    expect(stdout).toBe('');
    expect(stderr).toContain('ERROR:  column "nix"');
    expect(readFileSync(path, 'utf8')).toBe('x\n"a,b"\n');
  });

  test('COPY reads its data from the script, \\copy from a file and to one', async () => {
    const source = file('rows.txt', '3\tdrei\n4\t\\N\n');
    const target = join(folder, 'copied.csv');
    const script = `create table t(a int, b text);\ncopy t from stdin;\n1\teins\n2\tzwei\n\\.\n\\copy t from '${source}'\n\\copy (select * from t where a > 1) to '${target}' with (format csv)\nselect count(*) from t;\n`;
    const { status, stdout, stderr } = await dblink(['-At'], script);
    expect({ status, stdout, stderr }).toStrictEqual({
      status: 0,
      stderr: '',
      stdout: 'CREATE TABLE\nCOPY 2\nCOPY 2\nCOPY 3\n4\n',
    });
    expect(readFileSync(target, 'utf8')).toBe('2,zwei\n3,drei\n4,\n');
  });

  test('COPY that fails in the middle leaves the script running', async () => {
    const script = 'create table t(a int);\ncopy t from stdin;\n1\nx\n3\n\\.\nselect count(*) from t;\n';
    const { stdout, stderr } = await dblink(['-At'], script);
    expect(stderr).toContain(
      'ERROR:  invalid input syntax for type integer: "x"\nCONTEXT:  COPY t, line 2, column a: "x"\n',
    );
    expect(stdout).toBe('CREATE TABLE\n0\n');
  });

  test('a refused client_encoding leaves the session usable', async () => {
    const attempts = [
      "set client_encoding = 'LATIN1'",
      "set names 'win1252'",
      "select set_config('client_encoding', 'sql_ascii', false)",
      "select 1; set client_encoding to 'euc_jp'",
      "do $$ begin execute 'set client_encoding = latin1'; end $$",
      "alter role postgres set client_encoding = 'LATIN1'",
      "prepare p as select set_config('client_encoding', $1, false); execute p('LATIN1')",
    ];
    const { stdout, stderr } = await dblink(
      ['-At', '-v', 'VERBOSITY=sqlstate'],
      `${attempts.join(';\n')};\nselect 'é'; show client_encoding;\n`,
    );
    expect(stderr.trim().split('\n')).toStrictEqual(attempts.map(() => 'ERROR:  22023'));
    expect(stdout).toMatch(/é\nUTF8\n$/);
  });

  test('a dump may shut out backslash commands while its data is read', async () => {
    const script = '\\restrict key\n\\echo hidden\nselect 1;\n\\unrestrict other\n\\unrestrict key\n\\echo shown\n';
    const { stdout, stderr } = await dblink(['-At'], script);
    expect(stdout).toBe('1\nshown\n');
    expect(stderr).toBe('backslash commands are restricted; only \\unrestrict is allowed\n\\unrestrict: wrong key\n');
  });

  test('single transaction: all or nothing', async () => {
    const data = join(folder, 'single');
    const argv = ['--data', data, '-v', 'ON_ERROR_STOP=1', '-1', '-c', 'create table t()', '-c', 'select nix'];
    expect((await dblink(argv)).status).toBe(1);
    expect((await dblink(['--data', data, '-Atc', "select to_regclass('t') is null"])).stdout).toBe('t\n');
  });
});

describe('a data directory', () => {
  test('keeps what was committed, and is one process at a time', async () => {
    const data = join(folder, 'kept');
    expect((await dblink(['--data', data, '-c', "create table t as select 'kept' as word"])).status).toBe(0);
    const first = startDblink(['--data', data]);
    first.process.stdin?.write('select word from t;\n');
    await until(() => first.output.stdout.includes('kept'), 'the first process answers');
    const second = await dblink(['--data', data, '-c', 'select 1']);
    expect(second).toMatchObject({ status: 2, stdout: '' });
    expect(second.stderr).toBe(`dblink: error: data directory "${data}" is in use by process ${first.process.pid}\n`);
    first.process.stdin?.end();
    expect((await first.ended).status).toBe(0);
    expect(readdirSync(data)).not.toContain('dblink.pid');
  });

  test('survives kill -9 in the middle of writing: committed rows stay, others do not', async () => {
    const data = join(folder, 'killed');
    const writer = startDblink(['--data', data, '-At']);
    writer.process.stdin?.write('create table t(a int);\ninsert into t values (1);\nselect 7777;\n');
    await until(() => writer.output.stdout.includes('7777'), 'the rows are committed');
    writer.process.stdin?.write('begin;\ninsert into t select generate_series(2, 3000000);\n');
    await sleep(200);
    writer.process.kill('SIGKILL');
    await writer.ended;
    const after = await dblink([
      '--data',
      data,
      '-Atc',
      'select count(*) from t',
      '-c',
      'insert into t values (2)',
      '-c',
      'select count(*) from t',
    ]);
    expect(after).toMatchObject({ status: 0, stdout: '1\nINSERT 0 1\n2\n', stderr: '' });
  });

  test('survives kill -9 while it is being made', async () => {
    for (const delay of [150, 500, 900]) {
      const data = join(folder, `unfinished-${delay}`);
      const maker = startDblink(['--data', data, '-c', 'select 1'], '');
      await sleep(delay);
      maker.process.kill('SIGKILL');
      await maker.ended;
      expect(await dblink(['--data', data, '-Atc', 'select 1'])).toMatchObject({
        status: 0,
        stdout: '1\n',
        stderr: '',
      });
    }
  });

  test('that holds something else is left alone', async () => {
    const data = mkdtempSync(join(folder, 'strange-'));
    writeFileSync(join(data, 'precious'), 'x');
    const { status, stderr } = await dblink(['--data', data, '-c', 'select 1']);
    expect(status).toBe(2);
    expect(stderr).toBe(`dblink: error: directory "${data}" exists but is not empty and holds no database\n`);
    expect(readdirSync(data)).toStrictEqual(['precious']);
  });
});

describe('Ctrl-C', () => {
  test('cancels the statement, and ends the script; what was committed is kept', async () => {
    const data = join(folder, 'interrupted');
    const script = startDblink(['--data', data, '-At']);
    script.process.stdin?.write(
      "create table t(a int);\nselect 'ready';\nselect pg_sleep(60);\ninsert into t values (1);\n",
    );
    await until(() => script.output.stdout.includes('ready'), 'the sleep begins');
    await sleep(200);
    const pressed = performance.now();
    script.process.kill('SIGINT');
    const { status, stderr } = await script.ended;
    expect(performance.now() - pressed).toBeLessThan(5_000);
    expect(status).toBe(3);
    expect(stderr).toBe('ERROR:  canceling statement due to user request\n');
    expect((await dblink(['--data', data, '-Atc', 'select count(*) from t'])).stdout).toBe('0\n');
  });
});
