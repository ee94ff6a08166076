import { type Attribute, type Call, type Format, SqlError, type TupleDescriptor, withSettings } from '@pg-dblink/fmgr';
import type { DeclaredColumn } from '@pg-dblink/session';
import type { CallEvent, Exchange } from '../bridge/caller.ts';
import type { CallResult, RowSetFrame } from '../bridge/frames.ts';
import { StaleBinaryRows } from './stale-binary.ts';

const TEXT_OID = 25;
/**
 * Types whose text depends on neither DateStyle nor IntervalStyle: bool, bytea, "char", name, int8, int2, int4,
 * text, oid, json, xml, float4, float8, bpchar, varchar, bit, varbit, numeric, uuid, jsonb. Domains and arrays are others.
 */
const STYLELESS = new Set([
  16, 17, 18, 19, 20, 21, 23, 25, 26, 114, 142, 700, 701, 1042, 1043, 1560, 1562, 1700, 2950, 3802,
]);

/**
 * Reads a row-returning call into the caller's tuplestore: every row set is converted as it arrives, a new one replaces
 * the one before, and a command tag becomes the one status row.
 *
 * @param declared - the caller's column list, if it has been looked up already
 */
export function receiveSet(call: Call, exchange: Exchange, declared?: TupleDescriptor): void {
  let rows: RowTaker | undefined;
  let rowSet: RowSetFrame | undefined;

  const receive = (event: CallEvent): CallResult | undefined => {
    switch (event.kind) {
      case 'row set':
        rowSet = event.rowSet;
        rows = openRowSet(call, event.rowSet, declared);
        return undefined;
      case 'rows':
        rows?.put(event.bytes, event.start, event.end);
        return undefined;
      case 'result':
        return event.result;
    }
  };

  let event = exchange.next();
  let result: CallResult | undefined;
  while (result === undefined && event.kind !== 'rows') {
    result = receive(event);
    if (result === undefined) event = exchange.next();
  }
  // From the first row on, text is read under the settings that the remote server reported, once for the whole call.
  const styles = rowSet === undefined || isStyleless(rowSet, declared) ? {} : mimicked(rowSet);
  result ??= withSettings(call.engine, styles, () => {
    for (let next = event; ; next = exchange.next()) {
      const end = receive(next);
      if (end !== undefined) return end;
    }
  });
  finish(call, result, rows !== undefined);
}

/**
 * The caller's column list; undefined where there is none, which is an error only once there are rows: a command's
 * status needs no list.
 */
export function declaredRow(call: Call): TupleDescriptor | undefined {
  try {
    return call.resultDescriptor();
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

/** The caller's column list as the session core takes it. */
export function columnsOf(descriptor: TupleDescriptor | undefined): DeclaredColumn[] {
  return liveAttributes(descriptor).map(({ typeOid, typmod }) => ({ typeOid, typeModifier: typmod }));
}

/** Whether the styles of dates and intervals make no difference to rows of these columns, whoever has sent them. */
function isStyleless({ typeOids }: RowSetFrame, declared: TupleDescriptor | undefined): boolean {
  const isAlike = (typeOid: number): boolean => STYLELESS.has(typeOid);
  return typeOids.every(isAlike) && declared?.attributes.every(({ typeOid }) => isAlike(typeOid)) === true;
}

/** The columns that rows have fields for: a table's row type keeps its dropped ones. */
function liveAttributes(descriptor: TupleDescriptor | undefined): readonly Attribute[] {
  return descriptor?.attributes.filter(({ dropped }) => !dropped) ?? [];
}

/** Where the bytes of a row set go. */
interface RowTaker {
  put(bytes: Uint8Array, start: number, end: number): void;
}

function openRowSet(call: Call, rowSet: RowSetFrame, declared: TupleDescriptor | undefined): RowTaker {
  const descriptor = declared ?? call.resultDescriptor();
  const attributes = liveAttributes(descriptor);
  const { typeOids, formats, timeZone } = rowSet;
  if (attributes.length !== typeOids.length) {
    throw new SqlError({
      sqlState: '42804',
      message: 'remote query result rowtype does not match the specified FROM clause rowtype',
    });
  }
  const isStale = formats.some((format, at) => format === 1 && attributes[at]?.typeOid !== typeOids[at]);
  if (isStale) return new StaleBinaryRows(call, call.openRows(descriptor), { typeOids, formats, timeZone });
  return call.openRows(descriptor, formats as readonly Format[]);
}

/** The settings under which a row set's text means what the remote server meant. */
export function mimicked({ dateStyle, intervalStyle }: RowSetFrame): Record<string, string> {
  const settings: Record<string, string> = {};
  if (dateStyle !== undefined) settings['DateStyle'] = dateStyle;
  if (intervalStyle !== undefined) settings['IntervalStyle'] = intervalStyle;
  return settings;
}

function finish(call: Call, result: CallResult, hasRows: boolean): void {
  if (result.kind !== 'set') throw new Error(`a set was expected, not ${result.kind}`);
  const { outcome } = result;
  if (outcome.kind === 'status') {
    call.openRows(call.ownDescriptor([{ name: 'status', typeOid: TEXT_OID }])).putText([outcome.tag]);
  } else if (outcome.kind === 'none' && hasRows) {
    call.openRows(call.resultDescriptor());
  }
}
