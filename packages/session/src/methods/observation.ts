import type { LedgerRow } from '../verbs/ledger.ts';
import type { MethodContext } from './context.ts';

/** How a remote statement is explained; manual: "EXPLAIN". */
export interface ExplainCall {
  /** Executes the statement; one that writes is refused unless `allowWrites` says otherwise. */
  readonly analyze?: boolean;
  readonly verbose?: boolean;
  readonly buffers?: boolean;
  readonly format?: 'text' | 'json' | 'xml' | 'yaml';
  readonly allowWrites?: boolean;
  readonly signal?: AbortSignal;
}

/** What connections cost, and what remote statements will. */
export interface ObservationMethods {
  /** dblink_explain: the lines of the remote plan; the unnamed connection is undefined. */
  explain(connection: string | undefined, sql: string, options?: ExplainCall): Promise<string[]>;
  /** dblink_ledger: what each open connection has moved, and the temporary ones together. */
  ledger(): Promise<LedgerRow[]>;
  /** dblink_ledger_reset: counts from zero again. */
  resetLedger(): Promise<void>;
}

export function observationMethods({ verbsFor }: MethodContext): ObservationMethods {
  return {
    explain: (connection, sql, { signal, allowWrites = false, format, ...flags } = {}) => {
      const named = Object.entries(flags).map(([name, value]) => `${name} ${value}`);
      const options = [...named, ...(format === undefined ? [] : [`format ${format}`])].join(', ');
      const verbs = verbsFor(signal === undefined ? true : { signal });
      return verbs.explain(connection, { sql, options, allowWrites });
    },
    ledger: () => verbsFor(true).ledger(),
    resetLedger: () => verbsFor(true).resetLedger(),
  };
}
