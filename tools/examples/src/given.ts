import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';

/** True when two types are the same, also where one could be assigned to the other. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * Compares what an example says of an expression with its value: JavaScript, or a text as it is printed, of which an
 * ellipsis stands for the rest.
 */
export function given(said: string, value: unknown): void {
  if (value === said) return;
  const meant = meaning(said);
  if (meant !== undefined) {
    deepStrictEqual(plain(value), plain(meant.value));
    return;
  }
  const text = typeof value === 'string' ? value : inspect(value);
  const start = said.endsWith('…') ? said.slice(0, -1) : undefined;
  if (start === undefined ? text !== said : !text.startsWith(start)) {
    throw new Error(`it says ${said}, and gives ${text}`);
  }
}

/** Compares `throws`, and the beginning of a message behind it, with what an expression does. */
export async function givenError(said: string, expression: () => Promise<unknown>): Promise<void> {
  const message = said.slice('throws'.length).trim();
  const outcome = await expression().then(
    (value) => ({ value }),
    (error: unknown) => ({ message: error instanceof Error ? error.message : String(error) }),
  );
  if (!('message' in outcome)) throw new Error(`it says that it throws, and gives ${inspect(outcome.value)}`);
  if (!outcome.message.startsWith(message)) throw new Error(`it throws ${outcome.message} instead of ${message}`);
}

/** The same without what is not shown: a prototype, or a property that is no string's. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Map || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

/** The value of a comment that is JavaScript; a text that is not quoted is none. */
function meaning(said: string): { readonly value: unknown } | undefined {
  try {
    return { value: new Function(`return (${said});`)() as unknown };
  } catch {
    return undefined;
  }
}
