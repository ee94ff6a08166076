import { type Call, type HostFunction, SqlError, type TupleDescriptor } from '@pg-dblink/fmgr';
import type { Caller } from '../bridge/caller.ts';
import { hostOf } from './host.ts';
import { connectionOf, parameterTexts } from './params.ts';
import { columnsOf, receiveSet } from './rows.ts';

/** Position of the first parameter: connection, statement and row type are before it. */
const FIRST_PARAMETER = 3;

/**
 * dblink_as: rows of the type of its row type argument, in place of a column list. Not strict, since that argument is
 * there for its type and usually NULL.
 */
export function rowTypeFunctions(caller: () => Caller): Readonly<Record<string, HostFunction>> {
  return {
    dblink_as: (call) => {
      call.prepareSet();
      const isNamed = call.nargs > 2;
      const sqlAt = isNamed ? 1 : 0;
      if (call.isNull(sqlAt)) return;
      const declared = rowTypeOf(call);
      const target = isNamed ? connectionOf(call) : undefined;
      const sql = call.text(sqlAt);
      const request =
        call.nargs > FIRST_PARAMETER
          ? ({ verb: 'queryParams', statement: { sql, parameters: parameterTexts(call, FIRST_PARAMETER) } } as const)
          : ({ verb: 'query', sql, columns: columnsOf(declared) } as const);
      caller().run({ ...request, target, failOnError: true }, hostOf(call.engine), (exchange) =>
        receiveSet(call, exchange, declared),
      );
    },
  };
}

/** The row type, which for record is the caller's column list. */
function rowTypeOf(call: Call): TupleDescriptor {
  try {
    return call.resultDescriptor();
  } catch (error) {
    if (!(error instanceof SqlError) || error.sqlState !== 'XX000') throw error;
    throw new SqlError({
      sqlState: '42804',
      message: 'argument of dblink_as must be of a row type',
      hint: 'Write NULL::name with the name of a composite type or of a table.',
    });
  }
}
