import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCSide } from '../src/c-side.ts';
import type { Case } from '../src/cases.ts';
import { startOurSide } from '../src/our-side.ts';
import { type Remote, startRemote } from '../src/servers.ts';
import type { Side } from '../src/side.ts';

/*
 * What the far end is told to do, statement by statement as its log has it: the same from both sides. By which protocol
 * a query comes is not compared, and no column here is of a type for which we ask how floats are written.
 */
let remote: Remote;
let theirs: Side;
let ours: Side;

beforeAll(async () => {
  remote = await startRemote();
  [theirs, ours] = await Promise.all([startCSide(remote), startOurSide(remote, 'source')]);
  await remote.cluster.psql("alter system set log_statement = 'all'");
  await remote.cluster.psql('alter system set log_connections = on');
  await remote.cluster.psql('alter system set log_disconnections = on');
  await remote.cluster.psql("alter system set log_line_prefix = '%d '");
  await remote.cluster.psql('select pg_reload_conf()');
});

afterAll(async () => {
  await Promise.all([theirs?.stop(), ours?.stop()]);
  await remote?.stop();
});

const connect = "select dblink_connect('n', cp())";

const sequences: readonly (readonly [what: string, ...steps: readonly string[]])[] = [
  ['a connection', connect, "select dblink_disconnect('n')"],
  ['a connection that is refused', "select dblink_connect('n', cp() || ' dbname=nosuch')"],
  ['a name in use', connect, connect],
  ['a query on a connection of its own', "select * from dblink(cp(), 'select 1') t(a int)"],
  ['a query', connect, "select * from dblink('n', 'select 1; select 2') t(a int)"],
  [
    'a query that fails',
    connect,
    "select * from dblink('n', 'select 1 / (g - 1) from generate_series(1, 2) g', false) t(a int)",
  ],
  ['rows that do not fit', connect, "select * from dblink('n', 'select 1, 2') t(a int)"],
  ['rows that cannot be read', connect, "select * from dblink('n', 'select ''x''') t(a int)"],
  [
    'commands',
    connect,
    "select dblink_exec('n', 'insert into rw values (1)')",
    "select dblink_exec('n', 'selec', false)",
  ],
  [
    'cursors',
    connect,
    "select dblink_open('n', 'c', 'select 1')",
    "select dblink_open('n', 'd', 'select 2')",
    "select * from dblink_fetch('n', 'c', 7) t(a int)",
    "select dblink_close('n', 'c')",
    "select dblink_close('n', 'd')",
  ],
  [
    'a cursor in a transaction that is open already',
    connect,
    "select dblink_exec('n', 'begin')",
    "select dblink_open('n', 'c', 'select 1')",
    "select dblink_close('n', 'c')",
    "select dblink_exec('n', 'commit')",
  ],
  [
    'a cursor that cannot be opened',
    connect,
    "select dblink_open('n', 'c', 'select nope', false)",
    "select dblink_close('n', 'c', false)",
  ],
  [
    'an asynchronous query',
    connect,
    "select dblink_send_query('n', 'select 1')",
    "select dblink_send_query('n', 'select 2')",
    "select * from dblink_get_result('n') t(a int)",
    "select * from dblink_get_result('n') t(a int)",
  ],
  [
    'functions that ask nobody',
    connect,
    "select dblink_is_busy('n'), dblink_error_message('n'), dblink_cancel_query('n')",
    "select * from dblink_get_notify('n')",
  ],
  [
    'a local transaction',
    'begin',
    connect,
    "select dblink_exec('n', 'insert into rw values (1)')",
    'rollback',
    "select dblink_exec('n', 'delete from rw')",
  ],
  [
    'the same query again and again, with many rows',
    connect,
    ...Array.from(
      { length: 4 },
      () =>
        "select count(*) from dblink('n', 'select g, now() from generate_series(1, 100) g') t(a int, b timestamptz)",
    ),
  ],
];

it.each(sequences)('%s', async (_what, ...steps) => {
  const expected = await loggedBy(theirs, steps);
  expect(expected.length).toBeGreaterThan(0);
  expect(await loggedBy(ours, steps)).toEqual(expected);
});

/** What the far end logs while a side runs the steps. */
async function loggedBy(side: Side, steps: readonly string[]): Promise<readonly string[]> {
  // It goes over a connection of its own; what follows is how our side is made as good as new.
  const end = "select * from dblink(cp(), 'select $$the end$$') t(a text)";
  const before = (await remote.cluster.log()).length;
  const one: Case = { id: 'log', area: '', file: '', steps, divergence: undefined };
  await side.run({ ...one, steps: [...steps, end] });
  const lines = (await remote.cluster.log()).slice(before).split('\n');
  const events = lines.flatMap((line) => /(?:LOG|ERROR|FATAL|WARNING): {2}(.*)$/.exec(line)?.[1] ?? []);
  return events
    .slice(
      0,
      events.findIndex((text) => text.includes('the end')),
    )
    .map((text) => text.replace(/^(?:statement|execute <unnamed>): /, '').replace(/\d+(?=ms|:| )/g, 'N'))
    .filter((text) => !/^(?:connection received|connection ready|disconnection|set client_min_messages)/.test(text));
}
