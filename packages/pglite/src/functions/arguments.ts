import type { Call } from '@pg-dblink/fmgr';

const BOOL_OID = 16;

/** Arguments that several functions share: the connection in front, fail_on_error at the end, both optional. */
export interface Arguments {
  readonly name: string | undefined;
  /** Position of the first argument of the function's own. */
  readonly first: number;
  readonly failOnError: boolean;
}

/**
 * Reads an overloaded call. With one argument more than the function needs, its type tells a connection from
 * fail_on_error, as in C.
 *
 * @param needed - number of the function's own arguments
 */
export function readArguments(call: Call, needed: number): Arguments {
  const last = call.nargs - 1;
  const endsInBool = call.nargs > needed && call.argumentType(last) === BOOL_OID;
  const isNamed = call.nargs - (endsInBool ? 1 : 0) > needed;
  return {
    name: isNamed ? call.text(0) : undefined,
    first: isNamed ? 1 : 0,
    failOnError: endsInBool ? call.bool(last) : true,
  };
}
