import { queryRows } from '../../engine/query-rows.ts';
import type { Table } from '../../format/settings.ts';
import { logError, type RunContext } from '../context.ts';
import { formatMessage } from '../message.ts';
import type { Command } from './command.ts';
import { showTable } from './query.ts';

/** A table as psql-describe hands it out: cells in one list, row after row. */
interface DescribedTable {
  readonly title?: string | null;
  readonly ncolumns: number;
  readonly headers: readonly string[];
  readonly cells: readonly (string | null | undefined)[];
  readonly aligns: readonly string[];
  readonly footers?: readonly string[] | null;
  readonly opt?: { readonly default_footer?: boolean };
}

const describing = /^(?:d\S*|l|l\+|list|list\+|sf\+?|sv\+?|z|h|help)$/;
const int4Oid = 23;
const textOid = 25;

/** Whether a command is one of those that read the catalog, or the SQL help. */
export function isDescribeCommand(name: string): boolean {
  return describing.test(name);
}

/** `\d` and its family, `\l`, `\sf`, `\sv`, `\z` and `\h`: psql's own queries, from the package psql-describe. */
export const describe: Command = async ({ script: { context }, name, arguments: args }) => {
  const isHelp = name === 'h' || name === 'help';
  const words = isHelp || name.startsWith('s') ? (args.wholeLine() ?? '') : args.all().map(requote).join(' ');
  const command = `\\${name.replace(/^list/, 'l').replace(/^help$/, 'h')} ${words}`.trimEnd();
  const { describe: run } = await import('psql-describe');
  let outcome: 'continue' | 'failed' = 'continue';
  const take = (item: unknown): void => {
    if (typeof item !== 'string') showTable(context, tableOf(item as DescribedTable));
    else if (isHelp || (name.startsWith('s') && !item.startsWith('ERROR:')))
      context.output.write(item.endsWith('\n') ? item : `${item}\n`);
    else if (item.startsWith('/*')) context.stdout.write(`${item}\n\n`);
    else {
      logError(context, item.trimEnd());
      outcome = 'failed';
    }
  };
  const version = versionNumber(context.parameters.get('server_version') ?? '');
  const echoesHidden = context.variables.isOn('ECHO_HIDDEN');
  // Of an error in a look-up for \\sf and \\sv, psql shows the first line only.
  await run(command, 'postgres', (sql) => catalogRows(context, sql, name.startsWith('s')), take, echoesHidden, version)
    .promise;
  await context.output.flush();
  return outcome;
};

/** Arguments have been read once; quotes keep what is special from being read again. */
function requote(argument: string): string {
  return /[\s'\\]/.test(argument) ? `'${argument.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : argument;
}

function tableOf(item: DescribedTable): Table {
  const rows: (string | null)[][] = [];
  for (let at = 0; at < item.cells.length; at += item.ncolumns) {
    rows.push(item.cells.slice(at, at + item.ncolumns).map((value) => value ?? ''));
  }
  const footers = (item.footers ?? []).filter((footer) => footer !== '');
  const hasFooter = footers.length > 0 || item.opt?.default_footer === false;
  return {
    columns: item.headers.map((name, index) => ({ name, typeOid: item.aligns[index] === 'r' ? int4Oid : textOid })),
    rows,
    title: item.title ?? undefined,
    footers: hasFooter ? footers : undefined,
  };
}

/** "18.6" → 180006 */
function versionNumber(version: string): number {
  const [major = '0', minor = '0'] = version.split('.');
  return Number.parseInt(major, 10) * 10_000 + Number.parseInt(minor, 10);
}

/** Runs one catalog query; psql-describe takes an error as psql would: it prints the message and gives up. */
async function catalogRows(context: RunContext, sql: string, isTerse: boolean): Promise<unknown> {
  const result = await queryRows(context.conversation, sql);
  if ('error' in result) {
    const { position: _where, ...fields } = result.error;
    const shown = isTerse ? fields : result.error;
    throw new Error(formatMessage(shown, sql).replace(/^ERROR: {2}/, ''));
  }
  const fields = result.fields.map(({ name, typeOid }) => ({ name, dataTypeID: typeOid }));
  return { fields, rows: result.rows, rowCount: result.rows.length };
}
