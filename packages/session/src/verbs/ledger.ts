import { noTotals, type Totals } from '../ledger.ts';
import type { Scope } from '../scope.ts';

/** One row of dblink_ledger. */
export interface LedgerRow extends Totals {
  /** Name of the connection; undefined for the unnamed one and for temporary ones. */
  readonly connection: string | undefined;
  /** Calls that name a server or a connection string use a connection of their own: all of those are one row. */
  readonly kind: 'named' | 'unnamed' | 'temporary';
}

/** dblink_ledger: what each open connection has moved, and the temporary ones together, since the last reset. */
export function ledger({ connections, records }: Scope): LedgerRow[] {
  const open = connections.all().map(
    ({ name, slot }): LedgerRow => ({
      connection: name,
      kind: name === undefined ? 'unnamed' : 'named',
      ...slot.remote.ledger.totals,
    }),
  );
  return [...open, { connection: undefined, kind: 'temporary', ...records.temporary }];
}

/** dblink_ledger_reset: counts from zero again. */
export function resetLedger({ connections, records }: Scope): void {
  for (const { slot } of connections.all()) slot.remote.ledger.reset();
  records.temporary = noTotals();
}
