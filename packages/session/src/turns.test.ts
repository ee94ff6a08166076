import { expect, test } from 'vitest';
import { dataRow, ScriptedConnection } from '../test/support/scripted-connection.ts';
import { createSession, type RemoteRequest, type RemoteSink, type RowConsumer, type Verbs } from './index.ts';

/** A connection that answers when it is told to, within one turn. */
class HeldConnection extends ScriptedConnection {
  readonly #held: { readonly sink: RemoteSink; readonly ready: () => void }[] = [];

  override submit(request: RemoteRequest, sink: RemoteSink): Promise<void> {
    this.statements.push(request.sql);
    return new Promise((ready) => {
      this.#held.push({ sink, ready });
    });
  }

  answer(messages: (sink: RemoteSink) => void): void {
    const next = this.#held.shift();
    if (next === undefined) throw new Error('nothing has been sent');
    messages(next.sink);
    next.ready();
  }
}

async function connected(): Promise<{ readonly verbs: Verbs; readonly connection: HeldConnection }> {
  const connection = new HeldConnection();
  const verbs = createSession({ connect: async () => connection }).verbs();
  await verbs.connect('c', 'dbname=x');
  return { verbs, connection };
}

/** How often the queue of microtasks turns until the promise is settled. */
async function turnsUntil(settled: Promise<unknown>): Promise<number> {
  let state: 'pending' | 'settled' = 'pending';
  const settle = (): void => {
    state = 'settled';
  };
  settled.then(settle, settle);
  let turns = 0;
  // Read through a function: what a callback sets is not seen by the compiler.
  const isPending = (): boolean => state === 'pending';
  while (isPending()) {
    await undefined;
    turns++;
  }
  return turns;
}

const ROW = dataRow(['1']);
const consumer: RowConsumer = { rowSet: () => {}, rows: () => {} };

// A call in a loop waits for each of these turns. More of them are a regression; fewer are to be written down.
test('a call on an idle connection sends at once and is answered within a few turns of the microtask queue', async () => {
  const { verbs, connection } = await connected();

  const rows = verbs.query('c', 'select 1', true, consumer, [{ typeOid: 25, typeModifier: -1 }]);
  expect(connection.statements).toEqual(['select 1']);
  connection.answer((sink) => {
    sink.rowDescription([{ name: 'a', typeOid: 25, typeModifier: -1, format: 0 }], new Uint8Array(2));
    void sink.dataRows(ROW, 0, ROW.length, 1);
    sink.commandComplete('SELECT 1');
  });
  expect(await turnsUntil(rows)).toBe(4);
  expect(await rows).toEqual({ kind: 'rows' });

  const tag = verbs.exec('c', 'insert', true);
  expect(connection.statements).toEqual(['select 1', 'insert']);
  connection.answer((sink) => sink.commandComplete('INSERT 0 1'));
  expect(await turnsUntil(tag)).toBe(4);
  expect(await tag).toBe('INSERT 0 1');
});
