import type { TraceLine } from './line.ts';

/** Writes the name and the fields of one message. */
export type TraceLayout = (line: TraceLine) => void;

/** The layout of a message without fields. */
export function bare(name: string): TraceLayout {
  return (line) => line.name(name, 'bare');
}

/** The layout of a message with fields. */
export function named(name: string, fields: TraceLayout): TraceLayout {
  return (line) => {
    line.name(name, 'fields');
    fields(line);
  };
}
