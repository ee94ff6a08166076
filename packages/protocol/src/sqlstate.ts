import { SqlState } from './sqlstate.generated.ts';

/** The name of an SQLSTATE code, such as `division_by_zero`. */
export type SqlStateName = keyof typeof SqlState;

// A few codes have two names; reversed, the first one, the manual's, is what stays.
const names: ReadonlyMap<string, SqlStateName> = new Map(
  (Object.keys(SqlState) as SqlStateName[]).reverse().map((name) => [SqlState[name], name]),
);

/**
 * The name of an SQLSTATE code (manual, appendix A); undefined for codes that PostgreSQL does not define.
 *
 * @example
 * ```ts
 * sqlStateName('22012'); // 'division_by_zero'
 * ```
 */
export function sqlStateName(sqlState: string): SqlStateName | undefined {
  return names.get(sqlState);
}
