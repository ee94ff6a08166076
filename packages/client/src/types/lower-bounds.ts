/** Where an array keeps lower bounds that are not 1: not enumerable, so that equal arrays stay equal. */
const LOWER_BOUNDS: symbol = Symbol.for('@pg-dblink/client/lowerBounds');

/**
 * The lower bound of each dimension of a decoded array, where one of them is not 1 (manual: "Array Input and Output
 * Syntax"); undefined for ordinary arrays.
 *
 * @example
 * ```ts
 * const { rows } = await connection.execute("select '[0:1]={a,b}'::text[] as a");
 * lowerBoundsOf(rows[0]?.['a']); // [0]
 * ```
 */
export function lowerBoundsOf(array: unknown): readonly number[] | undefined {
  return Array.isArray(array)
    ? (array as unknown as Record<symbol, readonly number[] | undefined>)[LOWER_BOUNDS]
    : undefined;
}

/**
 * Gives an array lower bounds other than 1, for sending it as a parameter.
 *
 * @example
 * ```ts
 * const { rows } = await connection.execute('select $1::int[] as a', [withLowerBounds([7, 8], [0])]);
 * lowerBoundsOf(rows[0]?.['a']); // [0]
 * ```
 */
export function withLowerBounds<T extends unknown[]>(array: T, lowerBounds: readonly number[]): T {
  if (lowerBounds.some((bound) => bound !== 1)) Object.defineProperty(array, LOWER_BOUNDS, { value: lowerBounds });
  return array;
}
