import type { ColumnListRow, SqlTypeMap } from '@pg-dblink/sql';
import type { RowConsumer } from '../rows.ts';
import { TextRowCollector } from '../text-rows.ts';
import { TypedRowCollector } from '../typed-rows.ts';
import type { GatherFailure } from '../verbs/gather.ts';
import type { MethodContext } from './context.ts';

/** How many sources are asked at a time unless the call says otherwise. */
const MAX_PARALLEL = 16;

/** How a query is gathered. */
export interface GatherOptions {
  /** True rejects with the error of the first source that fails; false, the default, lists it and goes on. */
  readonly failOnError?: boolean;
  /** How many sources are asked at a time; 16. */
  readonly maxParallel?: number;
  /** Ends the call with 57014; what runs for it is cancelled at every source. */
  readonly signal?: AbortSignal;
}

/** The rows of all sources, in the order in which the sources were given. */
export interface Gathered<Row> {
  readonly rows: readonly ({ readonly source: string } & Row)[];
  /** The sources that failed; rows that came before stay among the rows. */
  readonly failures: readonly GatherFailure[];
}

/** One query over many sources: open connections, foreign servers, connection strings. */
export interface GatherMethods {
  /** dblink_gather: the rows of every source as text, each with its source's name. */
  gather(
    sources: readonly string[],
    sql: string,
    options?: GatherOptions,
  ): Promise<Gathered<{ readonly values: readonly (string | null)[] }>>;
  /** The same with a column list in SQL's own words, without the source's name. */
  gather<const List extends string, const Query extends string = string>(
    sources: readonly string[],
    sql: Query,
    columns: List,
    options?: GatherOptions,
  ): Promise<Gathered<ColumnListRow<List, SqlTypeMap, Query>>>;
}

/** Takes the rows of one source. */
interface Collector extends RowConsumer {
  rowsOf(source: string): readonly { readonly source: string }[];
}

export function gatherMethods({ verbsFor }: MethodContext): GatherMethods {
  return {
    gather: async (sources: readonly string[], sql: string, ...rest: (string | GatherOptions | undefined)[]) => {
      const [first, second] = rest;
      const columns = typeof first === 'string' ? first : undefined;
      const last = columns === undefined ? first : second;
      const { failOnError = false, maxParallel = MAX_PARALLEL, signal } = typeof last === 'object' ? last : {};
      const collected: { readonly source: string; readonly collector: Collector }[] = [];
      const failures = await verbsFor(signal === undefined ? true : { signal }).gather(
        { sources, sql, width: undefined, maxParallel, failOnError },
        (source, index) => {
          const collector = columns === undefined ? textCollector() : typedCollector(columns, sql);
          collected[index] = { source, collector };
          return collector;
        },
      );
      const rows = collected.flatMap(({ source, collector }) => collector.rowsOf(source));
      // What the rows hold follows from the column list, which the signatures tell.
      return { rows: rows as never[], failures };
    },
  };
}

function textCollector(): Collector {
  const collector = new TextRowCollector();
  return {
    rowSet: (header) => collector.rowSet(header),
    rows: (bytes, start, end) => collector.rows(bytes, start, end),
    rowsOf: (source) => collector.result({ kind: 'rows' }).rows.map((values) => ({ source, values })),
  };
}

function typedCollector(columns: string, sql: string): Collector {
  const collector = new TypedRowCollector(columns, sql);
  return {
    rowSet: (header) => collector.rowSet(header),
    rows: (bytes, start, end) => collector.rows(bytes, start, end),
    rowsOf: (source) => collector.result<object>({ kind: 'rows' }).rows.map((row) => ({ ...row, source })),
  };
}
