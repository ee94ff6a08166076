import type { Call, HostFunction } from '@pg-dblink/fmgr';
import type { Answers } from './answers.ts';

const TEXT_OID = 25;

/** The functions that tell what connections cost, and what remote statements will. */
export function observationFunctions({ ask, returnTable }: Answers): Readonly<Record<string, HostFunction>> {
  return {
    dblink_explain: (call) => {
      call.prepareSet();
      const isNamed = call.nargs > 1;
      const sqlAt = isNamed ? 1 : 0;
      if (call.isNull(sqlAt)) return;
      const result = ask(call, {
        verb: 'explain',
        target: isNamed && !call.isNull(0) ? call.text(0) : undefined,
        sql: call.text(sqlAt),
        options: textOr(call, 2, ''),
        allowWrites: isNamed && !call.isNull(3) && call.bool(3),
      });
      if (result.kind !== 'table') throw new Error(`a table was expected, not ${result.kind}`);
      const rows = call.openRows(call.ownDescriptor([{ name: 'dblink_explain', typeOid: TEXT_OID }]));
      for (const row of result.value) rows.putText(row);
    },
    dblink_ledger: (call) => returnTable(call, { verb: 'ledger' }),
    dblink_ledger_reset: (call) => {
      ask(call, { verb: 'resetLedger' });
      call.returnVoid();
    },
  };
}

function textOr(call: Call, index: number, otherwise: string): string {
  return call.nargs > index && !call.isNull(index) ? call.text(index) : otherwise;
}
