import { type ErrorFields, type FieldDescription, parseCommandTag } from '@pg-dblink/protocol';
import type { Notification, QuerySink } from '../engine/conversation.ts';
import { printTable } from '../format/print.ts';
import type { PrintSettings, Table, TableColumn } from '../format/settings.ts';
import { isTyped, logError, logInfo, logWarning, messageStyle, type RunContext } from './context.ts';
import { copyLines } from './copy-lines.ts';
import { formatMessage } from './message.ts';
import type { Output } from './output.ts';
import { isSpecialVariable, ValueError } from './variables.ts';

/** What is done with a query's results, other than printing them where results go. */
export interface QueryTarget {
  /** `\g FILE`: this query's results only. */
  readonly output?: Output;
  /** `\gx`, `\g (…)`: this query's settings only. */
  readonly settings?: PrintSettings;
  /** `\gset`: results become variables with this prefix. */
  readonly setPrefix?: string;
  /** `\gexec`: each value of the results is a query. */
  readonly collect?: (table: Table) => void;
  /** `\\copy`: where the data of COPY … FROM STDIN comes from, and where that of COPY … TO STDOUT goes. */
  readonly copyIn?: QuerySink['copyIn'];
  readonly copyOut?: Output;
}

/** A result as it arrives. */
type Result =
  | { readonly kind: 'rows'; readonly columns: readonly TableColumn[]; readonly rows: (readonly (string | null)[])[] }
  | { readonly kind: 'none' };

type Copied = 'none' | 'to results' | 'elsewhere';

const dataChanging = /^(INSERT|UPDATE|DELETE|MERGE) /;
const machineFormats = new Set(['json', 'ndjson']);

/**
 * Sends one query buffer and prints what comes back, as psql's SendQuery does.
 *
 * @returns whether it succeeded; the error has been printed.
 * @throws EngineError when the engine is lost.
 */
export async function sendQuery(context: RunContext, sql: string, target: QueryTarget = {}): Promise<boolean> {
  const { variables, conversation, stdout } = context;
  if (variables.get('ECHO')?.toLowerCase() === 'queries') stdout.write(`${sql}\n`);
  const savepoint = await prepareTransaction(context, sql);
  const run = new QueryRun(context, sql, target);
  const start = performance.now();
  await conversation.query(sql, run);
  const milliseconds = performance.now() - start;
  await run.finish();
  if (savepoint === 'set') await settleSavepoint(context, run.error === undefined);
  if (context.timing === 'on') stdout.write(`${timingLine(milliseconds)}\n`);
  await context.output.flush();
  await stdout.flush();
  return run.succeeded;
}

/** Begins what AUTOCOMMIT and ON_ERROR_ROLLBACK ask for. */
async function prepareTransaction(context: RunContext, sql: string): Promise<'set' | 'none'> {
  const { variables, conversation } = context;
  if (!variables.isOn('AUTOCOMMIT') && conversation.transactionStatus === 'I' && !isTransactionCommand(sql)) {
    await sendSilently(context, 'BEGIN');
  }
  const rollback = variables.get('ON_ERROR_ROLLBACK')?.toLowerCase() ?? 'off';
  const wanted = rollback === 'interactive' ? context.isInteractive : variables.isOn('ON_ERROR_ROLLBACK');
  if (!wanted || conversation.transactionStatus !== 'T') return 'none';
  await sendSilently(context, 'SAVEPOINT pg_psql_temporary_savepoint');
  return 'set';
}

async function settleSavepoint(context: RunContext, succeeded: boolean): Promise<void> {
  if (context.conversation.transactionStatus === 'I') return;
  await sendSilently(context, `${succeeded ? 'RELEASE' : 'ROLLBACK TO'} pg_psql_temporary_savepoint`);
}

/** Sends a query of our own; errors are printed, results are not. */
export async function sendSilently(context: RunContext, sql: string): Promise<boolean> {
  const run = new QueryRun(context, sql, { collect: () => undefined });
  await context.conversation.query(sql, run);
  return run.error === undefined;
}

/** Commands that do not begin a transaction by themselves when AUTOCOMMIT is off. */
function isTransactionCommand(sql: string): boolean {
  const words = sql
    .replace(/\/\*.*?\*\/|--[^\n]*/gs, ' ')
    .trim()
    .toLowerCase()
    .split(/[\s;]+/);
  const [first = '', second = ''] = words;
  if (['abort', 'begin', 'start', 'commit', 'end', 'rollback', 'vacuum', 'cluster', ''].includes(first)) return true;
  if (first === 'prepare') return second === 'transaction';
  if (first === 'alter') return second === 'system';
  return (first === 'create' || first === 'drop') && ['database', 'tablespace'].includes(second);
}

function timingLine(milliseconds: number): string {
  const line = `Time: ${milliseconds.toFixed(3)} ms`;
  if (milliseconds < 1000) return line;
  const seconds = milliseconds / 1000;
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - minutes * 60).toFixed(3).padStart(6, '0');
  if (minutes < 60) return `${line} (${String(minutes).padStart(2, '0')}:${rest})`;
  return `${line} (${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:${rest})`;
}

/** The results of one query on their way to the output. */
class QueryRun implements QuerySink {
  readonly #context: RunContext;
  readonly #sql: string;
  readonly #target: QueryTarget;
  #result: Result = { kind: 'none' };
  /** What is printed last when SHOW_ALL_RESULTS is off. */
  #last: (() => void) | undefined;
  #failure: 'none' | 'gset' = 'none';
  /** Where the data of COPY … TO STDOUT went: where results go, or to a file of its own. */
  #copied: Copied = 'none';
  readonly #notifications: Notification[] = [];
  error: ErrorFields | undefined;

  constructor(context: RunContext, sql: string, target: QueryTarget) {
    this.#context = context;
    this.#sql = sql;
    this.#target = target;
  }

  get succeeded(): boolean {
    return this.error === undefined && this.#failure === 'none';
  }

  get #output(): Output {
    return this.#target.output ?? this.#context.output;
  }

  get #settings(): PrintSettings {
    return this.#target.settings ?? this.#context.settings;
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.#result = { kind: 'rows', columns: fields.map(({ name, typeOid }) => ({ name, typeOid })), rows: [] };
  }

  dataRow(values: readonly (string | null)[]): void {
    if (this.#result.kind === 'rows') this.#result.rows.push(values);
  }

  commandComplete(commandTag: string): void {
    const result = this.#result;
    this.#result = { kind: 'none' };
    const copied = this.#copied;
    this.#copied = 'none';
    this.#setVariables('false', '00000', parseCommandTag(commandTag).rows ?? 0n);
    if (this.#context.variables.isOn('SHOW_ALL_RESULTS')) this.#show(result, commandTag, copied);
    else this.#last = () => this.#show(result, commandTag, copied);
  }

  #show(result: Result, commandTag: string, copied: Copied): void {
    if (result.kind === 'rows') this.#showRows(result);
    if (result.kind === 'rows' && !dataChanging.test(commandTag)) return;
    // COPY … TO STDOUT: its data is the output.
    if (copied === 'to results' || this.#target.collect !== undefined || this.#context.variables.isOn('QUIET')) return;
    if (machineFormats.has(this.#settings.format)) return;
    // Of COPY … TO STDOUT, `\\g FILE` takes the data only.
    const output = copied === 'elsewhere' ? this.#context.output : this.#output;
    output.write(`${commandTag}\n`);
  }

  #showRows(table: Table): void {
    const { collect, setPrefix } = this.#target;
    if (collect !== undefined) collect(table);
    else if (setPrefix !== undefined) this.#setFromRow(table, setPrefix);
    else printTable(table, this.#settings, (text) => this.#output.write(text));
  }

  /** `\gset` */
  #setFromRow(table: Table, prefix: string): void {
    if (table.rows.length !== 1) {
      const words = table.rows.length === 0 ? 'no rows returned for \\gset' : 'more than one row returned for \\gset';
      logError(this.#context, words);
      this.#failure = 'gset';
      return;
    }
    const { variables } = this.#context;
    for (const [index, column] of table.columns.entries()) {
      const value = table.rows[0]?.[index] ?? null;
      const name = prefix + column.name;
      if (isSpecialVariable(name)) {
        logWarning(this.#context, `attempt to \\gset into specially treated variable "${name}" ignored`);
        continue;
      }
      try {
        if (value === null) variables.unset(name);
        else variables.set(name, value);
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        logError(this.#context, error.message);
        this.#failure = 'gset';
        return;
      }
    }
  }

  emptyQueryResponse(): void {
    this.#setVariables('false', '00000', 0n);
  }

  errorResponse(fields: ErrorFields): void {
    this.error = fields;
    this.#context.lastError = { fields, sql: this.#sql };
    this.#result = { kind: 'none' };
    this.#setVariables('true', fields.sqlState ?? '', 0n);
    this.#context.variables.set('LAST_ERROR_SQLSTATE', fields.sqlState ?? '');
    this.#context.variables.set('LAST_ERROR_MESSAGE', fields.message ?? '');
  }

  noticeResponse(fields: ErrorFields): void {
    logInfo(this.#context, formatMessage(fields, this.#sql, messageStyle(this.#context.variables)));
  }

  notificationResponse(notification: Notification): void {
    this.#notifications.push(notification);
  }

  copyIn(): AsyncIterable<Uint8Array> {
    const { copyIn } = this.#target;
    if (copyIn !== undefined) return copyIn();
    if (isTyped(this.#context)) {
      this.#context.stdout.write(
        'Enter data to be copied followed by a newline.\nEnd with a backslash and a period on a line by itself, or an EOF signal.\n',
      );
      void this.#context.stdout.flush();
    }
    return copyLines(this.#context.source ?? this.#context.stdin());
  }

  copyOut(data: Uint8Array): void {
    const { copyOut } = this.#target;
    // The tag is printed unless it would stand behind the data.
    this.#copied = (copyOut ?? this.#output) === this.#context.output ? 'to results' : 'elsewhere';
    (copyOut ?? this.#output).writeBytes(data);
  }

  #setVariables(error: 'true' | 'false', sqlState: string, rowCount: bigint): void {
    const { variables } = this.#context;
    variables.set('ERROR', error);
    variables.set('SQLSTATE', sqlState);
    variables.set('ROW_COUNT', String(rowCount));
  }

  /** Prints what was held back: the last result, the error behind it, notifications. */
  async finish(): Promise<void> {
    const context = this.#context;
    if (this.error === undefined) this.#last?.();
    if (this.error !== undefined) {
      await this.#output.flush();
      logInfo(context, formatMessage(this.error, this.#sql, messageStyle(context.variables)));
      if (context.variables.get('ECHO')?.toLowerCase() === 'errors') logInfo(context, `STATEMENT:  ${this.#sql}`);
    }
    for (const { channel, payload, processId } of this.#notifications) {
      const text = payload === '' ? '' : ` with payload "${payload}"`;
      context.output.write(
        `Asynchronous notification "${channel}"${text} received from server process with PID ${processId}.\n`,
      );
    }
  }
}
