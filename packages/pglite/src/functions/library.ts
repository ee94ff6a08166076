import type { HostFunction } from '@pg-dblink/fmgr';
import type { Caller } from '../bridge/caller.ts';
import { makeAnswers } from './answers.ts';
import { readArguments } from './arguments.ts';
import { connectionsFunctions } from './connections.ts';
import { descriptionFunctions } from './description.ts';
import { gatherFunctions } from './gather.ts';
import { hostOf } from './host.ts';
import { buildSqlDelete, buildSqlInsert, buildSqlUpdate, currentQuery, fdwValidator, getPkey } from './local.ts';
import { observationFunctions } from './observation.ts';
import { paramsFunctions } from './params.ts';
import { rowTypeFunctions } from './row-type.ts';
import { columnsOf, declaredRow, receiveSet } from './rows.ts';

/** The bodies of the extension's C functions, by symbol. */
export function makeFunctions(caller: () => Caller): Readonly<Record<string, HostFunction>> {
  const answers = makeAnswers(caller);
  const { ask, returnAnswer, returnSet } = answers;
  return {
    dblink_connect: (call) => {
      const { name, first } = readArguments(call, 1);
      returnAnswer(call, { verb: 'connect', name, target: call.text(first) });
    },
    dblink_disconnect: (call) => {
      returnAnswer(call, { verb: 'disconnect', name: readArguments(call, 0).name });
    },
    dblink_record: (call) => {
      call.prepareSet();
      const { name, first, failOnError } = readArguments(call, 1);
      const declared = declaredRow(call);
      const columns = columnsOf(declared);
      const request = { verb: 'query', target: name, sql: call.text(first), failOnError, columns } as const;
      caller().run(request, hostOf(call.engine), (exchange) => receiveSet(call, exchange, declared));
    },
    dblink_exec: (call) => {
      const { name, first, failOnError } = readArguments(call, 1);
      returnAnswer(call, { verb: 'exec', target: name, sql: call.text(first), failOnError });
    },
    dblink_open: (call) => {
      const { name, first, failOnError } = readArguments(call, 2);
      returnAnswer(call, { verb: 'open', name, cursor: call.text(first), sql: call.text(first + 1), failOnError });
    },
    dblink_fetch: (call) => {
      call.prepareSet();
      const { name, first, failOnError } = readArguments(call, 2);
      const declared = declaredRow(call);
      const columns = columnsOf(declared);
      const cursor = { name, cursor: call.text(first), howMany: call.int4(first + 1) };
      const request = { verb: 'fetch', ...cursor, failOnError, columns } as const;
      caller().run(request, hostOf(call.engine), (exchange) => receiveSet(call, exchange, declared));
    },
    dblink_close: (call) => {
      const { name, first, failOnError } = readArguments(call, 1);
      returnAnswer(call, { verb: 'close', name, cursor: call.text(first), failOnError });
    },
    dblink_get_connections: (call) => {
      const result = ask(call, { verb: 'getConnections' });
      if (result.kind !== 'names') throw new Error(`names were expected, not ${result.kind}`);
      if (result.value === null) call.returnNull();
      else call.returnTextArray([...result.value]);
    },
    dblink_error_message: (call) => returnAnswer(call, { verb: 'errorMessage', name: call.text(0) }),
    dblink_send_query: (call) => returnAnswer(call, { verb: 'sendQuery', name: call.text(0), sql: call.text(1) }),
    dblink_is_busy: (call) => returnAnswer(call, { verb: 'isBusy', name: call.text(0) }),
    dblink_get_result: (call) => {
      call.prepareSet();
      const failOnError = call.nargs > 1 ? call.bool(1) : true;
      returnSet(call, { verb: 'getResult', name: call.text(0), failOnError });
    },
    dblink_cancel_query: (call) => returnAnswer(call, { verb: 'cancelQuery', name: call.text(0) }),
    dblink_get_notify: (call) => {
      call.prepareSet();
      const result = ask(call, { verb: 'getNotify', name: call.nargs > 0 ? call.text(0) : undefined });
      if (result.kind !== 'notifications') throw new Error(`notifications were expected, not ${result.kind}`);
      const rows = call.openRows(call.resultDescriptor());
      for (const { notifyName, bePid, extra } of result.value) rows.putText([notifyName, String(bePid), extra]);
    },
    dblink_get_pkey: getPkey,
    dblink_build_sql_insert: buildSqlInsert,
    dblink_build_sql_delete: buildSqlDelete,
    dblink_build_sql_update: buildSqlUpdate,
    dblink_current_query: currentQuery,
    dblink_fdw_validator: fdwValidator,
    ...paramsFunctions(answers),
    ...rowTypeFunctions(caller),
    ...descriptionFunctions(answers),
    ...connectionsFunctions(answers),
    ...gatherFunctions(caller, answers),
    ...observationFunctions(answers),
  };
}
