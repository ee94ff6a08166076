import { ereport, type HostFunction } from '@pg-dblink/fmgr';
import { textInstead } from '@pg-dblink/session';
import { createViewSteps } from '@pg-dblink/sql';
import type { Answers } from './answers.ts';
import { readArguments } from './arguments.ts';
import { runLocally } from './local-steps.ts';

/** The functions for which the remote server says what the columns of a query are. */
export function descriptionFunctions({ ask, returnTable }: Answers): Readonly<Record<string, HostFunction>> {
  return {
    dblink_describe: (call) => {
      const { name, first } = readArguments(call, 1);
      returnTable(call, { verb: 'describe', target: name, sql: call.text(first) });
    },
    dblink_create_view: (call) => {
      const target = call.nargs > 2 ? call.text(1) : undefined;
      const result = ask(call, { verb: 'describeView', view: call.text(0), target, sql: call.text(call.nargs - 1) });
      if (result.kind !== 'view') throw new Error(`a view was expected, not ${result.kind}`);
      const { statement, unknown } = runLocally(call.engine, createViewSteps(result.request));
      for (const column of unknown) ereport(call.engine, 'NOTICE', { sqlState: '42704', message: textInstead(column) });
      call.returnText(statement);
    },
  };
}
