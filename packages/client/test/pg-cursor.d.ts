/** What this test uses of pg-cursor, which brings no types. */
declare module 'pg-cursor' {
  import { EventEmitter } from 'node:events';

  class Cursor<Row = Record<string, unknown>> extends EventEmitter {
    constructor(text: string, values?: unknown[], config?: object);
    submit(connection: EventEmitter): void;
    read(rows: number): Promise<Row[]>;
    close(): Promise<void>;
  }

  // biome-ignore lint/style/noDefaultExport: so it is with pg-cursor
  export default Cursor;
}
