import type { MessageJson } from './backend-json.ts';
import type { Block } from './dialogue.ts';
import { type Answer, compare } from './run-dialogue.ts';

/** An altered answer that the dialogue took for the right one. */
export interface Survivor {
  readonly line: number;
  readonly alteration: string;
}

/**
 * Alters an answer one place at a time — each value of each message, each message left out — and returns the
 * alterations that the block's expectation does not notice, with the number of those tried.
 */
export function survivorsOf(
  block: Block,
  answer: Answer,
): { readonly tried: number; readonly survivors: readonly Survivor[] } {
  const survivors: Survivor[] = [];
  let tried = 0;
  const attempt = (alteration: string, received: readonly MessageJson[], shown: readonly MessageJson[]): void => {
    tried += 1;
    if (compare(block, { received, shown, failure: undefined }) === undefined) {
      survivors.push({ line: block.line, alteration });
    }
  };
  answer.shown.forEach((message, index) => {
    for (const path of leavesOf(message)) {
      const shown = answer.shown.with(index, alteredAt(message, path) as MessageJson);
      attempt(`${message.Type} ${path.join('.')}`, answer.received, shown);
    }
    attempt(`without ${message.Type}`, answer.received.toSpliced(index, 1), answer.shown.toSpliced(index, 1));
  });
  return { tried, survivors };
}

type Path = readonly (string | number)[];

function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...path, index]));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
  }
  return [path];
}

function alteredAt(value: unknown, path: Path): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === 'number' ? value + 1 : `${String(value)}?`;
  if (Array.isArray(value)) return value.with(Number(key), alteredAt(value[Number(key)], rest));
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: alteredAt(fields[key], rest) };
}
