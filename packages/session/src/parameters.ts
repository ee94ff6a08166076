import { DblinkError } from './errors.ts';

/**
 * A value of a parameter in TypeScript, bytes for bytea and arrays for arrays; the remote server infers the parameter's
 * type from its place in the statement.
 */
export type ParameterValue = string | number | bigint | boolean | null | Uint8Array | readonly ParameterValue[];

/** Bind counts parameters in 16 bits. */
const MAX_PARAMETERS = 65_535;

/** Values in the text form that the remote server's input functions read whatever its settings are. */
export function parameterTexts(values: readonly ParameterValue[]): (string | null)[] {
  return values.map(textOf);
}

/**
 * PQsendQueryParams' own check.
 *
 * @throws DblinkError 54023
 */
export function checkParameterCount(parameters: readonly unknown[]): void {
  if (parameters.length <= MAX_PARAMETERS) return;
  throw new DblinkError({ sqlState: '54023', message: `number of parameters must be between 0 and ${MAX_PARAMETERS}` });
}

function textOf(value: ParameterValue): string | null {
  if (value === null) return null;
  if (typeof value !== 'object') return String(value);
  if (isArray(value)) return `{${value.map(elementOf).join(',')}}`;
  return `\\x${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Quotes keep the word NULL, empty texts and every other character what they are. */
function elementOf(value: ParameterValue): string {
  const text = textOf(value);
  if (text === null) return 'NULL';
  return isArray(value) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function isArray(value: ParameterValue): value is readonly ParameterValue[] {
  return Array.isArray(value);
}
