import { resolveWithFiles } from '@pg-dblink/client/node';
import { isConninfoError, parseConninfo, parseOnlyLine, redactOptions, reportConninfo } from '@pg-dblink/connstring';
import type { ConninfoOptions } from './args.ts';
import { formatResult } from './format/print.ts';
import { type OpenLines, streamLines } from './run/line-source.ts';
import { streamOutput } from './run/output.ts';

/**
 * `dblink conninfo`: what a connection string means, and where each option comes from; secrets are hidden, except from
 * `--ndjson`, which another program reads.
 *
 * @returns 1 when libpq would refuse the string, or the flags contradict each other.
 */
export async function showConninfo(options: ConninfoOptions): Promise<0 | 1> {
  const { conninfo = '', parseOnly, ndjson } = options;
  if (ndjson && !parseOnly) return refuse('--ndjson can only be used with --parse-only');
  if (ndjson && conninfo !== '') return refuse('--ndjson reads connection strings from standard input');
  if (parseOnly && !ndjson && options.conninfo === undefined) return refuse('--parse-only needs a connection string');
  if (ndjson) return await parseLines(streamLines(process.stdin));
  try {
    process.stdout.write(parseOnly ? parsedTable(conninfo) : await resolvedTable(conninfo));
    return 0;
  } catch (error) {
    if (!isConninfoError(error)) throw error;
    return refuse(error.message);
  }
}

/** What libpq would connect with: the string, then service files, environment, password file and defaults. */
async function resolvedTable(conninfo: string): Promise<string> {
  const resolved = await resolveWithFiles(parseConninfo(conninfo), {
    environment: 'libpq',
    variables: process.env,
    socketDirectory: undefined,
    warn: (message) => void process.stderr.write(`${message}\n`),
  });
  const rows = reportConninfo(resolved).map(({ option, value, source }) => [option, value, source]);
  return table(['option', 'value', 'source'], rows);
}

function parsedTable(conninfo: string): string {
  const options = Object.entries(redactOptions(parseConninfo(conninfo)));
  return table(
    ['option', 'value'],
    options.map(([keyword, value]) => [keyword, value ?? '']),
  );
}

const textOid = 25;

function table(names: readonly string[], rows: readonly (readonly string[])[]): string {
  return formatResult({ columns: names.map((name) => ({ name, typeOid: textOid })), rows });
}

/** One answer a line, in the order of the questions; a reader that is slow holds us back. */
async function parseLines(lines: OpenLines): Promise<0> {
  const output = streamOutput(process.stdout, (error) => {
    // Whoever asked has gone.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(1);
  });
  let count = 0;
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    output.write(`${parseOnlyLine(line)}\n`);
    count += 1;
    if (count % 256 === 0) await output.flush();
  }
  await output.flush();
  lines.close();
  return 0;
}

function refuse(message: string): 1 {
  process.stderr.write(`dblink: error: ${message}\n`);
  return 1;
}
