import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dblink } from './built.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'dblink-conninfo-'));
  writeFileSync(join(home, '.pg_service.conf'), '[shop]\nhost=shop.example\nuser=keeper\n');
  writeFileSync(join(home, '.pgpass'), 'shop.example:5432:goods:keeper:sesame-file\n', { mode: 0o600 });
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

/** The rows of the table that is printed: option, value, source. */
async function conninfo(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly rows: Record<string, string[]>; readonly stdout: string; readonly stderr: string }> {
  const { status, stdout, stderr } = await dblink(['conninfo', ...args], '', { HOME: home, ...environment });
  expect(status).toBe(0);
  const rows: Record<string, string[]> = {};
  for (const line of stdout.split('\n').slice(2, -3)) {
    const [option = '', ...cells] = line.split('|').map((cell) => cell.trim());
    rows[option] = cells;
  }
  return { rows, stdout, stderr };
}

describe('dblink conninfo', () => {
  it('says where each option comes from, and hides the password', async () => {
    const { rows, stdout, stderr } = await conninfo(['service=shop dbname=goods connect_timeout=3'], {
      PGPORT: '5432',
    });
    expect(rows).toMatchObject({
      service: ['shop', 'string'],
      dbname: ['goods', 'string'],
      connect_timeout: ['3', 'string'],
      port: ['5432', 'environment PGPORT'],
      sslmode: ['prefer', 'default'],
    });
    expect(rows['host']?.[0]).toBe('shop.example');
    expect(rows['host']?.[1]).toMatch(/^service file/);
    expect(rows['password']?.[0]).toBe('***');
    expect(rows['password']?.[1]).toMatch(/^passfile .*for shop\.example:5432$/);
    expect(stdout).not.toContain('sesame');
    expect(stderr).toBe('');
  });

  it('hides passwords from everywhere', async () => {
    const strings = [
      'host=h password=sesame',
      'postgresql://u:sesame@h/d',
      'postgresql://h/d?password=sesame',
      'host=h sslpassword=sesame',
    ];
    for (const text of strings) {
      expect((await conninfo([text])).stdout).not.toContain('sesame');
      expect((await conninfo(['--parse-only', text])).stdout).not.toContain('sesame');
    }
    expect((await conninfo(['host=h'], { PGPASSWORD: 'sesame' })).stdout).not.toContain('sesame');
  });

  it('warns of a password file that others may read, and does not use it', async () => {
    const path = join(home, 'open-pgpass');
    writeFileSync(path, '*:*:*:*:sesame\n');
    chmodSync(path, 0o644);
    const { rows, stderr } = await conninfo(['host=h'], { PGPASSFILE: path });
    expect(stderr).toBe(
      `WARNING: password file "${path}" has group or world access; permissions should be u=rw (0600) or less\n`,
    );
    expect(rows['password']).toBeUndefined();
  });

  it('refuses what libpq refuses, in its words, without the secret', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { status, stdout, stderr } = await dblink(['conninfo', ...args], '', { HOME: home });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      return stderr;
    };
    expect(await refused('foo')).toBe('dblink: error: missing "=" after "foo" in connection info string\n');
    expect(await refused('nonsense=1')).toBe('dblink: error: invalid connection option "nonsense"\n');
    expect(await refused('sslmode=nonsense')).toBe('dblink: error: invalid sslmode value: "nonsense"\n');
    expect(await refused('service=missing')).toContain('definition of service "missing" not found');
    expect(await refused("host=h password='sesame")).not.toContain('sesame');
    expect(await refused('--ndjson')).toContain('--parse-only');
    expect(await refused('--parse-only')).toContain('needs a connection string');
    expect(await refused('--parse-only', '--ndjson', 'host=h')).toContain('standard input');
  });
});

describe('--parse-only', () => {
  it('shows only what the string says', async () => {
    const { stdout } = await dblink(['conninfo', '--parse-only', 'host=h'], '', { HOME: home, PGPORT: '1' });
    expect(stdout).toBe(' option | value \n--------+-------\n host   | h\n(1 row)\n\n');
  });

  it('--ndjson answers each line of standard input by one object, passwords shown', async () => {
    const questions = ['host=h password=sesame', 'foo', '', 'postgresql://u:p%20w@[::1]:1/d', "a='"];
    const lines = [...questions.map((text) => JSON.stringify(text)), 'not json', '17', ''];
    const { status, stdout, stderr } = await dblink(['conninfo', '--parse-only', '--ndjson'], `${lines.join('\n')}\n`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(answers).toEqual([
      { options: { host: 'h', password: 'sesame' } },
      { error: 'missing "=" after "foo" in connection info string' },
      { options: {} },
      { options: { user: 'u', password: 'p w', host: '::1', port: '1', dbname: 'd' } },
      { error: 'unterminated quoted string in connection info string' },
      { error: 'line is not a JSON-encoded string' },
      { error: 'line is not a JSON-encoded string' },
      { error: 'line is not a JSON-encoded string' },
    ]);
  });

  it('--ndjson answers ten thousand lines in order', async () => {
    const count = 10_000;
    const input = Array.from({ length: count }, (_value, index) => JSON.stringify(`port=${index}`)).join('\n');
    const { stdout } = await dblink(['conninfo', '--parse-only', '--ndjson'], input);
    const expected = Array.from({ length: count }, (_value, index) => `{"options":{"port":"${index}"}}\n`).join('');
    expect(stdout === expected).toBe(true);
  });
});
