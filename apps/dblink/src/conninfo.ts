import { createInterface } from 'node:readline';
import { isConninfoError, parseConninfo, parseOnlyLine, redactOptions, reportConninfo } from '@pg-dblink/connstring';
import type { ConninfoOptions } from './args.ts';
import { formatResult } from './format/print.ts';

const textOid = 25;

/**
 * `dblink conninfo`: what a connection string means with everything that libpq would add, or what it says by itself.
 *
 * @returns the exit status: 1 for a string that cannot be read.
 */
export async function showConninfo(options: ConninfoOptions): Promise<0 | 1> {
  if (options.ndjson) return await answerLines(options);
  if (options.conninfo === undefined && options.parseOnly) return complain('--parse-only needs a connection string');
  const text = options.conninfo ?? '';
  try {
    if (options.parseOnly) {
      const said = Object.entries(redactOptions(parseConninfo(text)));
      showTable(
        ['option', 'value'],
        said.map(([keyword, value]) => [keyword, value ?? '']),
      );
    } else {
      const { resolveWithFiles } = await import('@pg-dblink/client/node');
      const resolved = await resolveWithFiles(parseConninfo(text), {
        environment: 'libpq',
        variables: process.env,
        socketDirectory: undefined,
        warn: (message) => process.stderr.write(`${message}\n`),
      });
      const rows = reportConninfo(resolved).map(({ option, value, source }) => [option, value, source]);
      showTable(['option', 'value', 'source'], rows);
    }
    return 0;
  } catch (error) {
    if (isConninfoError(error)) return complain(error.message);
    throw error;
  }
}

function showTable(names: readonly string[], rows: readonly (readonly string[])[]): void {
  const columns = names.map((name) => ({ name, typeOid: textOid }));
  process.stdout.write(formatResult({ columns, rows }));
}

/** `--parse-only --ndjson`: each line by itself, so that a wrong one spoils no other. */
async function answerLines(options: ConninfoOptions): Promise<0 | 1> {
  if (!options.parseOnly || options.conninfo !== undefined) {
    return complain('--ndjson goes with --parse-only, and reads standard input');
  }
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue;
    if (!process.stdout.write(`${parseOnlyLine(line)}\n`)) {
      await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  }
  return 0;
}

function complain(message: string): 1 {
  process.stderr.write(`dblink: error: ${message}\n`);
  return 1;
}
