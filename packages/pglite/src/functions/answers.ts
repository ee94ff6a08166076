import type { Call } from '@pg-dblink/fmgr';
import type { Caller } from '../bridge/caller.ts';
import type { CallRequest, CallResult } from '../bridge/frames.ts';
import { hostOf } from './host.ts';
import { receiveSet } from './rows.ts';

/** How a function's body has its request run, by what the answer becomes. */
export interface Answers {
  /** Runs a request whose answer is no set. */
  ask(call: Call, request: CallRequest): CallResult;
  /** The function returns the text or the number that the answer is. */
  returnAnswer(call: Call, request: CallRequest): void;
  /** The function returns the few rows that the answer is. */
  returnTable(call: Call, request: CallRequest): void;
  /** The function returns rows as they arrive, after {@link Call.prepareSet}. */
  returnSet(call: Call, request: CallRequest): void;
}

/** Answers that come from the network worker. */
export function makeAnswers(caller: () => Caller): Answers {
  const ask = (call: Call, request: CallRequest): CallResult =>
    caller().run(request, hostOf(call.engine), (exchange) => {
      const event = exchange.next();
      if (event.kind !== 'result') throw new Error(`a result was expected, not ${event.kind}`);
      return event.result;
    });
  return {
    ask,
    returnAnswer: (call, request) => {
      const result = ask(call, request);
      if (result.kind === 'text') call.returnText(result.value);
      else if (result.kind === 'number') call.returnInt4(result.value);
      else throw new Error(`text or a number was expected, not ${result.kind}`);
    },
    returnTable: (call, request) => {
      call.prepareSet();
      const result = ask(call, request);
      if (result.kind !== 'table') throw new Error(`a table was expected, not ${result.kind}`);
      const rows = call.openRows(call.resultDescriptor());
      for (const row of result.value) rows.putText(row);
    },
    returnSet: (call, request) => {
      caller().run(request, hostOf(call.engine), (exchange) => receiveSet(call, exchange));
    },
  };
}
