import type { EgressPolicy } from '@pg-dblink/pglite';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type EgressFlags, egressOptions, egressPolicy } from './egress-flags.ts';
import type { PrintSettings } from './format/settings.ts';
import type { ServeOptions } from './serve/options.ts';

/** One thing to do, in the order of the command line. */
export type Action =
  | { readonly kind: 'command'; readonly text: string }
  /** `-` is standard input. */
  | { readonly kind: 'file'; readonly path: string };

/** What `dblink` is to do with SQL, as psql's flags say it. */
export interface RunOptions {
  readonly actions: readonly Action[];
  readonly settings: Partial<PrintSettings>;
  /** Assignments of `-v` in order; undefined unsets. */
  readonly variables: readonly (readonly [name: string, value: string | undefined])[];
  /** Options of `-P` in order. */
  readonly printOptions: readonly (readonly [name: string, value: string | undefined])[];
  readonly outputPath: string | undefined;
  readonly singleTransaction: boolean;
  readonly engine: EngineArguments;
}

/** What concerns the embedded database. */
export interface EngineArguments {
  readonly dataDirectory: string | undefined;
  readonly createExtension: boolean;
  readonly allowLocalFiles: boolean;
  /** Where connections of dblink may go; undefined lets them go anywhere. */
  readonly egress: EgressPolicy | undefined;
}

/** What `dblink conninfo` is to show. */
export interface ConninfoOptions {
  readonly conninfo: string | undefined;
  readonly parseOnly: boolean;
  readonly ndjson: boolean;
}

/** A command line, understood. */
export type Invocation =
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'serve'; readonly options: ServeOptions; readonly engine: EngineArguments }
  | { readonly kind: 'conninfo'; readonly options: ConninfoOptions }
  /** Everything has been said already: help, the version, or what is wrong. */
  | { readonly kind: 'done'; readonly status: 0 | 1 };

/** Where help and complaints go. */
export interface ArgumentOutput {
  out(text: string): void;
  err(text: string): void;
}

interface EngineFlags extends EgressFlags {
  readonly data?: string;
  readonly extension: boolean;
  readonly allowLocalFiles?: true;
}

/**
 * Reads a command line, without the program's own name.
 *
 * @example
 * ```ts
 * parseArguments(['-c', 'select 1'], '1.0.0', { out: console.log, err: console.error });
 * ```
 */
export function parseArguments(argv: readonly string[], version: string, output: ArgumentOutput): Invocation {
  let result: Invocation = { kind: 'done', status: 0 };
  const found = (invocation: Invocation): void => {
    result = invocation;
  };
  const program = new Command('dblink')
    .exitOverride()
    .configureOutput({
      writeOut: output.out,
      writeErr: output.err,
      outputError: (text, write) => {
        write(`dblink: ${text}dblink: hint: Try "dblink --help" for more information.\n`);
      },
    })
    .showSuggestionAfterError(false)
    .helpOption('-?, --help', 'show this help')
    .helpCommand(false)
    .version(`dblink ${version}`, '-V, --version', 'show the version')
    .enablePositionalOptions();
  runCommand(program, found);
  serveCommand(program, found);
  conninfoCommand(program, found);
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'done', status: error.exitCode === 0 ? 0 : 1 };
  }
  return result;
}

function engineOptions(command: Command): Command {
  return egressOptions(command)
    .option('--data <directory>', 'keep the database in this directory; in memory without it')
    .option('--no-extension', 'do not create the extension dblink')
    .option('--allow-local-files', 'let connection strings in SQL name local files');
}

function engineArguments(flags: EngineFlags): EngineArguments {
  return {
    dataDirectory: flags.data,
    createExtension: flags.extension,
    allowLocalFiles: flags.allowLocalFiles === true,
    egress: egressPolicy(flags),
  };
}

function assignment(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

interface RunFlags extends EngineFlags {
  readonly align: boolean;
  readonly csv?: true;
  readonly json?: true;
  readonly ndjson?: true;
  readonly tuplesOnly?: true;
  readonly expanded?: true;
  readonly quiet?: true;
  readonly echoAll?: true;
  readonly echoErrors?: true;
  readonly echoQueries?: true;
  readonly echoHidden?: true;
  readonly singleLine?: true;
  readonly singleTransaction?: true;
  readonly fieldSeparator?: string;
  readonly recordSeparator?: string;
  readonly fieldSeparatorZero?: true;
  readonly recordSeparatorZero?: true;
  readonly output?: string;
}

function runCommand(program: Command, found: (invocation: Invocation) => void): void {
  const actions: Action[] = [];
  const variables: (readonly [string, string | undefined])[] = [];
  const printOptions: (readonly [string, string | undefined])[] = [];
  const setVariable = (text: string): void => {
    variables.push(assignment(text));
  };
  program
    .description('SQL in an embedded PostgreSQL whose dblink reaches real servers; without -c and -f, a shell')
    .addOption(
      new Option('-c, --command <sql>', 'run one command, and exit').argParser((text: string) => {
        actions.push({ kind: 'command', text });
      }),
    )
    .addOption(
      new Option('-f, --file <file>', 'run a file, and exit; - is standard input').argParser((path: string) => {
        actions.push({ kind: 'file', path });
      }),
    )
    .addOption(new Option('-v, --set <name=value>', 'set a variable').argParser(setVariable))
    .addOption(new Option('--variable <name=value>', 'the same').argParser(setVariable).hideHelp())
    .addOption(
      new Option('-P, --pset <option=value>', 'set a printing option, as \\pset does').argParser((text: string) => {
        printOptions.push(assignment(text));
      }),
    )
    .option('-o, --output <file>', 'send results to a file')
    .option('-A, --no-align', 'unaligned output')
    .option('-t, --tuples-only', 'rows only')
    .option('-x, --expanded', 'a line for each value')
    .option('-F, --field-separator <string>', 'field separator of unaligned output')
    .option('-R, --record-separator <string>', 'record separator of unaligned output')
    .option('-z, --field-separator-zero', 'a zero byte as field separator')
    .option('-0, --record-separator-zero', 'a zero byte as record separator')
    .option('--csv', 'comma-separated values')
    .option('--json', 'an array of objects')
    .option('--ndjson', 'an object a line')
    .option('-q, --quiet', 'no command tags')
    .option('-a, --echo-all', 'print all input')
    .option('-b, --echo-errors', 'print commands that fail')
    .option('-e, --echo-queries', 'print queries')
    .option('-E, --echo-hidden', 'print the queries of backslash commands')
    .option('-S, --single-line', 'the end of a line ends a statement')
    .option('-1, --single-transaction', 'all of -c and -f in one transaction')
    .option('-X, --no-psqlrc', 'accepted; no start-up file is read')
    .option('-n, --no-readline', 'accepted');
  engineOptions(program).action((flags: RunFlags) => {
    found({ kind: 'run', options: runOptions(flags, actions, variables, printOptions) });
  });
}

function runOptions(
  flags: RunFlags,
  actions: readonly Action[],
  variables: RunOptions['variables'],
  printOptions: RunOptions['printOptions'],
): RunOptions {
  const format = flags.ndjson
    ? 'ndjson'
    : flags.json
      ? 'json'
      : flags.csv
        ? 'csv'
        : flags.align
          ? 'aligned'
          : 'unaligned';
  const fieldsep = flags.fieldSeparatorZero ? '\0' : flags.fieldSeparator;
  const recordsep = flags.recordSeparatorZero ? '\0' : flags.recordSeparator;
  const flagged: [string, string][] = [];
  if (flags.quiet) flagged.push(['QUIET', 'on']);
  if (flags.echoErrors) flagged.push(['ECHO', 'errors']);
  if (flags.echoQueries) flagged.push(['ECHO', 'queries']);
  if (flags.echoAll) flagged.push(['ECHO', 'all']);
  if (flags.echoHidden) flagged.push(['ECHO_HIDDEN', 'on']);
  if (flags.singleLine) flagged.push(['SINGLELINE', 'on']);
  return {
    actions,
    settings: {
      format,
      ...(flags.expanded ? { expanded: 'on' as const } : {}),
      ...(flags.tuplesOnly ? { tuplesOnly: true } : {}),
      ...(fieldsep === undefined ? {} : { fieldsep }),
      ...(recordsep === undefined ? {} : { recordsep }),
    },
    variables: [...flagged, ...variables],
    printOptions,
    outputPath: flags.output,
    singleTransaction: flags.singleTransaction === true,
    engine: engineArguments(flags),
  };
}

interface ServeFlags extends EngineFlags {
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly waitTimeout: number;
  readonly idleInTransactionTimeout: number;
}

function serveCommand(program: Command, found: (invocation: Invocation) => void): void {
  const serve = program
    .command('serve')
    .description('a PostgreSQL server in front of the embedded database')
    .helpOption('-?, --help', 'show this help')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--port <number>', 'port to listen on; 0 takes a free one').default(5432).argParser(portNumber),
    )
    .option('--socket <directory>', 'a directory for a Unix-domain socket as well')
    .addOption(
      new Option('--wait-timeout <seconds>', 'how long a second client waits for the first one')
        .default(60)
        .argParser(seconds),
    )
    .addOption(
      new Option('--idle-in-transaction-timeout <seconds>', 'how long a transaction may stand still while others wait')
        .default(60)
        .argParser(seconds),
    );
  engineOptions(serve).action((flags: ServeFlags) => {
    const { host, port, socket } = flags;
    const timeouts = {
      waitTimeoutMs: flags.waitTimeout * 1000,
      idleInTransactionTimeoutMs: flags.idleInTransactionTimeout * 1000,
    };
    found({
      kind: 'serve',
      options: { host, port, ...(socket === undefined ? {} : { socketDirectory: socket }), ...timeouts },
      engine: engineArguments(flags),
    });
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It is no port number.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is no number of seconds.');
}

function conninfoCommand(program: Command, found: (invocation: Invocation) => void): void {
  program
    .command('conninfo')
    .description('what a connection string means, and where each option comes from')
    .helpOption('-?, --help', 'show this help')
    .argument('[string]', 'a connection string: keyword=value pairs, or a URI')
    .option('--parse-only', 'only what the string itself says')
    .option('--ndjson', 'with --parse-only: strings from standard input, JSON-encoded, one a line; passwords are shown')
    .action((conninfo: string | undefined, flags: { readonly parseOnly?: true; readonly ndjson?: true }) => {
      found({
        kind: 'conninfo',
        options: { conninfo, parseOnly: flags.parseOnly === true, ndjson: flags.ndjson === true },
      });
    });
}
