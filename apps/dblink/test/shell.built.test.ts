import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ctrlC, ctrlD, noTerminal, openTerminal, type Terminal, tab, up } from './terminal.ts';

const prompt = /=# $/;

describe.skipIf(noTerminal !== undefined)(
  `the shell on a terminal${noTerminal ? ` (SKIPPED: ${noTerminal})` : ''}`,
  () => {
    let cluster: Cluster;
    let home: string;
    let shell: Terminal;

    beforeAll(async () => {
      cluster = await startCluster();
      home = mkdtempSync(join(tmpdir(), 'dblink-shell-'));
      shell = await openTerminal([], { HOME: home, NO_COLOR: '1' });
    });
    afterAll(async () => {
      await shell[Symbol.asyncDispose]();
      await cluster.stop();
      rmSync(home, { recursive: true, force: true });
    });

    it('shows in the prompt what it is within', async () => {
      await shell.type('select\r', /postgres-# $/);
      await shell.type('(1 +\r', /postgres\(# $/);
      await shell.type("2) || '\r", /postgres'# $/);
      await shell.type('x\' as "\r', /postgres"# $/);
      await shell.type('a", $tag$\r', /postgres\$# $/);
      await shell.type('$tag$ /*\r', /postgres\*# $/);
      expect(await shell.type('*/;\r', prompt)).toContain('(1 row)');
    });

    it('shows in the prompt how the transaction stands', async () => {
      await shell.type('begin;\r', /postgres=\*# $/);
      expect(await shell.type('select nocol;\r', /postgres=!# $/)).toContain('ERROR:  column "nocol" does not exist');
      await shell.type('rollback;\r', /postgres=# $/);
    });

    it('clears what was typed on Ctrl-C', async () => {
      await shell.type('select (1,\r', /postgres\(# $/);
      expect(await shell.type(`half a line${ctrlC}`, /postgres=# $/)).toContain('^C');
      expect(await shell.type("select 'usable';\r", prompt)).toContain(' usable');
    });

    it('cancels the statement on Ctrl-C, also while a dblink function waits', async () => {
      const sleeping = `select * from dblink('${cluster.conninfo()}', 'select pg_sleep(60)') as t(a text);\r`;
      for (const statement of ['select pg_sleep(60);\r', sleeping]) {
        await shell.type(statement, /sleep/);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const shown = await shell.type(ctrlC, prompt);
        expect(shown).toContain('Cancel request sent');
        expect(shown).toContain('ERROR:  canceling statement due to user request');
      }
      expect(await shell.type('\\echo :SQLSTATE\r', prompt)).toContain('57014');
    });

    it('runs what is pasted line by line', async () => {
      const shown = await shell.type("select 'first';\rselect 'second\r\nline';\r\\echo third\r", /third\n.*=# $/s);
      expect(shown).toMatch(/=# select 'second\n.*'# line';\n/s);
      expect(shown.indexOf(' first')).toBeLessThan(shown.indexOf(' second'));
    });

    it('completes keywords, relations, columns, functions and names of connections', async () => {
      await shell.type('create table customers (customer_id int, "Odd name" text);\r', prompt);
      await shell.type(`select dblink_connect('warehouse', '${cluster.conninfo()}');\r`, prompt);
      await shell.type(`sel${tab}`, /select $/);
      await shell.type(`* from cust${tab}`, /customers $/);
      await shell.type(`c where c.cust${tab}`, /c\.customer_id $/);
      await shell.type(ctrlC, prompt);
      await shell.type(`SEL${tab}`, /SELECT $/);
      await shell.type(`dblink_disc${tab}`, /dblink_disconnect\($/);
      await shell.type(`'ware${tab}`, /'warehouse'$/);
      await shell.type(ctrlC, prompt);
      await shell.type(`\\errv${tab}`, /\\errverbose $/);
      expect(await shell.type('\r', prompt)).toContain('57014');
    });

    it('takes the data of COPY from the keyboard', async () => {
      await shell.type('copy customers from stdin;\r', /End with a backslash.*>> $/s);
      await shell.type('1\tone\r', />> $/);
      expect(await shell.type('\\.\r', prompt)).toContain('COPY 1');
      await shell.type('copy customers from stdin;\r', />> $/);
      expect(await shell.type(ctrlC, prompt)).toContain('ERROR:  COPY from stdin failed: canceled by user');
      await shell.type('copy customers from stdin;\r', />> $/);
      expect(await shell.type(ctrlD, prompt)).toContain('COPY 0');
    });

    it('gives programs a terminal as they expect it', async () => {
      expect(await shell.type('\\! stty -a\r', prompt)).toMatch(/ icanon/);
    });

    it('says why nothing happens within a false \\if, and leaves it on Ctrl-C', async () => {
      await shell.type('\\if false\r', /postgres@# $/);
      expect(await shell.type('select 1;\r', /@# $/)).toContain('query ignored; use \\endif or Ctrl-C');
      expect(await shell.type(ctrlC, prompt)).toContain('\\if: escaped');
    });

    it('brings back a statement with all its lines, and keeps no password in its file', async () => {
      await shell.type('select 1 as\r', /-# $/);
      await shell.type('two_lines;\r', prompt);
      await shell.type(`select 'host=h password=sesame';\r`, prompt);
      await shell.type(`select 'postgresql://u:sesame@h/d';\r`, prompt);
      await shell.type(`${up}${up}${up}`, /two_lines;$/);
      expect(await shell.type('\r', prompt)).toContain(' two_lines');
      const file = join(home, '.dblink_history');
      const entries = readFileSync(file, 'utf8');
      expect(entries).toContain('select 1 as\u0001two_lines;\n');
      expect(entries).not.toContain('sesame');
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });

    it('ends on Ctrl-D, and remembers next time', async () => {
      await shell.type(ctrlD, /\\q\n$/);
      expect(await shell.ended).toBe(0);
      await using again = await openTerminal(['-q'], { HOME: home, DBLINK_HISTORY: join(home, '.dblink_history') });
      expect(again.screen).not.toContain('Type "help"');
      await again.type(up, /two_lines;$/);
      await again.type(ctrlC, prompt);
      expect(await again.type('select nocol;\r', prompt)).toContain('ERROR:');
      await again.type('exit\r', /exit\n/);
      expect(await again.ended).toBe(0);
    });
  },
);
