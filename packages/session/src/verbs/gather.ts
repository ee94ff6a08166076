import { looksLikeConninfo, redactConninfo } from '@pg-dblink/connstring';
import { interruption } from '../command.ts';
import type { RemoteField } from '../connection.ts';
import { DblinkError, type DblinkMessageFields, isDblinkError } from '../errors.ts';
import { follow } from '../follow.ts';
import type { RowConsumer } from '../rows.ts';
import type { Scope } from '../scope.ts';
import { withTarget } from '../target.ts';
import { encodeTextRow, STATUS_FIELD } from '../text-rows.ts';
import { outcomeOf, stream } from './query.ts';

/** One query over many sources. */
export interface GatherRequest {
  /** Names of open connections, names of foreign servers, or connection strings. */
  readonly sources: readonly string[];
  /** One statement: it goes by the extended query protocol. */
  readonly sql: string;
  /** How many columns every source has to send; any number when undefined. */
  readonly width: number | undefined;
  /** How many sources are asked at a time. */
  readonly maxParallel: number;
  /** Whether the first source that fails ends the call, instead of a warning that names it. */
  readonly failOnError: boolean;
}

/** Why a source has no rows, or not all of them. */
export interface GatherFailure extends DblinkMessageFields {
  /** The source as its rows would name it. */
  readonly source: string;
}

/**
 * dblink_gather: runs one query on many sources at a time and hands the rows of each to a consumer of its own while
 * they arrive. A command tag is a row set of one column, `status`.
 *
 * A source that fails is reported as a warning and does not disturb the others; what it had sent before stays.
 *
 * @param consumerOf - asked once a source, with the name for its rows: a connection string is shown without secrets
 * @returns the failures, in the order of the sources
 * @throws DblinkError of the first source that fails when that is asked for, 22023, 57014
 */
export async function gather(
  scope: Scope,
  request: GatherRequest,
  consumerOf: (source: string, index: number) => RowConsumer,
): Promise<readonly GatherFailure[]> {
  if (request.maxParallel < 1) {
    throw new DblinkError({ sqlState: '22023', message: 'maximum number of parallel sources must be at least 1' });
  }
  refuseTwice(scope, request.sources);
  scope.records.gatherFailures = [];
  const labels = request.sources.map((source) => labelOf(scope, source));
  const failures = new Map<number, GatherFailure>();
  const stop = follow(scope.signal);
  const within: Scope = { ...scope, signal: stop.signal };
  let first: unknown;

  const ask = async (index: number): Promise<void> => {
    const source = labels[index] ?? '';
    try {
      await fromSource(within, request, request.sources[index] ?? '', consumerOf(source, index));
    } catch (error) {
      if (stop.signal.aborted || !isDblinkError(error)) throw error;
      const failure = failureOf(source, error);
      failures.set(index, failure);
      if (request.failOnError) throw new DblinkError(failure, { cause: error });
      scope.notice({ level: 'WARNING', ...failure, message: `source "${source}": ${failure.message}` });
    }
  };
  const waiting = labels.keys();
  const run = async (): Promise<void> => {
    for (const index of waiting) {
      if (stop.signal.aborted) throw interruption(stop.signal);
      await ask(index);
    }
  };
  const runners = Array.from({ length: Math.min(request.maxParallel, labels.length) }, () =>
    run().catch((error: unknown) => {
      // The first error is the call's; what it makes of the other sources is not told.
      first ??= error;
      stop.abort(error);
    }),
  );
  await Promise.all(runners);
  stop.release();
  if (first !== undefined) throw scope.signal?.aborted === true ? interruption(scope.signal) : first;
  const inOrder = [...failures].sort(([a], [b]) => a - b).map(([, failure]) => failure);
  scope.records.gatherFailures = inOrder;
  return inOrder;
}

/** dblink_gather_errors: what the last dblink_gather of this session could not get. */
export function gatherErrors(scope: Scope): readonly GatherFailure[] {
  return scope.records.gatherFailures;
}

async function fromSource(scope: Scope, request: GatherRequest, target: string, consumer: RowConsumer): Promise<void> {
  const { sql } = request;
  const checked = withWidth(consumer, request.width);
  await withTarget(scope, target, async (subject) => {
    const { remote } = subject;
    await remote.settle(scope.signal);
    const { last } = await stream(scope, remote, sql, checked, (command) =>
      remote.connection.submit({ kind: 'extended', sql }, command),
    );
    const outcome = outcomeOf(scope, subject, last, true);
    if (outcome.kind !== 'status') return;
    const { serverParameters } = remote.connection;
    checked.rowSet({
      fields: [STATUS_FIELD],
      body: new Uint8Array(0),
      dateStyle: serverParameters.get('DateStyle'),
      intervalStyle: serverParameters.get('IntervalStyle'),
      timeZone: serverParameters.get('TimeZone'),
    });
    const row = encodeTextRow([outcome.tag]);
    await checked.rows(row, 0, row.byteLength, 1);
  });
}

/** Sources share the caller's column list: whichever does not fit it is at fault, and not the statement. */
function withWidth(consumer: RowConsumer, width: number | undefined): RowConsumer {
  const check = (fields: readonly RemoteField[]): void => {
    if (width === undefined || fields.length === width) return;
    throw new DblinkError({
      sqlState: '42804',
      message: 'remote query result rowtype does not match the specified FROM clause rowtype',
      detail: `The source sends ${fields.length} columns, and the column list has ${width} besides the source's name.`,
    });
  };
  return {
    rowSet: (header) => {
      check(header.fields);
      consumer.rowSet(header);
    },
    rows: (bytes, start, end, count) => consumer.rows(bytes, start, end, count),
    isTaken: () => consumer.isTaken?.() ?? true,
  };
}

function failureOf(source: string, error: DblinkError): GatherFailure {
  const line = `while gathering from "${source}"`;
  const { sqlState, message, detail, hint, context, remote } = error;
  return { source, sqlState, message, detail, hint, context: context ? `${context}\n${line}` : line, remote };
}

function labelOf({ connections }: Scope, source: string): string {
  const isName = connections.find(source) !== undefined || !looksLikeConninfo(source);
  return isName ? source : redactConninfo(source);
}

/** A connection runs one statement at a time. */
function refuseTwice({ connections }: Scope, sources: readonly string[]): void {
  const seen = new Set<unknown>();
  for (const source of sources) {
    const remote = connections.find(source)?.remote;
    if (remote === undefined) continue;
    if (seen.has(remote)) {
      throw new DblinkError({ sqlState: '22023', message: `connection "${source}" is among the sources twice` });
    }
    seen.add(remote);
  }
}
