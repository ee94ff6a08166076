import { availableVersions, type Cluster, type Standby, startCluster, startStandby } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isConnectError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { PSQL, runPsql } from './psql-oracle.ts';

const ATTRIBUTES = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
type Attributes = (typeof ATTRIBUTES)[number];

/** P: primary; S: its standby; R: a primary that is read-only by default; N: a standby that takes no connections. */
type Kind = 'P' | 'S' | 'R' | 'N' | 'dead';

const ORDERS: readonly (readonly Kind[])[] = [
  ['P'],
  ['S'],
  ['R'],
  ['P', 'S'],
  ['S', 'P'],
  ['R', 'P'],
  ['R', 'S'],
  ['S', 'R', 'P'],
  ['P', 'R', 'S'],
  ['dead', 'P', 'S'],
  ['S', 'dead', 'P'],
  ['N', 'S', 'P'],
  ['P', 'N', 'dead'],
  ['dead', 'N'],
];

/** The table of the manual ("Parameter Key Words", target_session_attrs). */
function fits(kind: Kind, attributes: Attributes): boolean {
  switch (attributes) {
    case 'any':
      return kind === 'P' || kind === 'S' || kind === 'R';
    case 'read-write':
      return kind === 'P';
    case 'read-only':
      return kind === 'S' || kind === 'R';
    case 'primary':
      return kind === 'P' || kind === 'R';
    case 'standby':
    case 'prefer-standby':
      return kind === 'S';
  }
}

/** Which hosts the manual allows when they are tried in any order; the first of them when in the given one. */
function allowed(order: readonly Kind[], attributes: Attributes): readonly Kind[] {
  const fitting = order.filter((kind) => fits(kind, attributes));
  return fitting.length === 0 && attributes === 'prefer-standby' ? allowed(order, 'any') : fitting;
}

type Outcome = { readonly port: string } | { readonly refused: string };

async function askClient(conninfo: string): Promise<Outcome> {
  try {
    await using connection = await connect(conninfo);
    const [result] = await connection.query('show port');
    return { port: String(result?.rows[0]?.['port']) };
  } catch (error) {
    if (!isConnectError(error)) throw error;
    return { refused: error.message };
  }
}

async function askPsql(conninfo: string): Promise<Outcome> {
  const answer = await runPsql(conninfo, 'show port');
  return 'refused' in answer ? answer : { port: answer.value };
}

describe.each(availableVersions().filter((version) => version >= 15))('PostgreSQL %i', (version) => {
  let primary: Cluster;
  let standby: Standby;
  let deaf: Standby;
  let readOnly: Cluster;
  let ports: Readonly<Record<Kind, number>>;

  beforeAll(async () => {
    primary = await startCluster({ version });
    [standby, deaf, readOnly] = await Promise.all([
      startStandby(primary),
      startStandby(primary, { settings: { hot_standby: 'off' } }),
      startCluster({ version, settings: { default_transaction_read_only: 'on' } }),
    ]);
    ports = { P: primary.port, S: standby.port, R: readOnly.port, N: deaf.port, dead: 1 };
  });

  afterAll(() => Promise.all([primary, standby, deaf, readOnly].map((cluster) => cluster?.stop())));

  const hosts = (order: readonly Kind[], options = ''): string => {
    const list = order.map((kind) => ports[kind]).join();
    return `host=${order.map(() => '127.0.0.1').join()} port=${list} user=postgres dbname=postgres ${options}`;
  };

  describe.each(ATTRIBUTES)('target_session_attrs=%s', (attributes) => {
    test.each(ORDERS.map((order) => [order.join(', '), order] as const))('hosts %s', async (_name, order) => {
      const conninfo = hosts(order, `target_session_attrs=${attributes}`);
      const ours = await askClient(conninfo);
      const [first] = allowed(order, attributes);
      expect('port' in ours ? ours.port : undefined).toBe(first && String(ports[first]));
      if (PSQL !== undefined) expect(ours).toEqual(await askPsql(conninfo));
    });

    test('load_balance_hosts=random takes any host that fits, and no other', async () => {
      const order: readonly Kind[] = ['dead', 'S', 'P', 'R'];
      const conninfo = hosts(order, `target_session_attrs=${attributes} load_balance_hosts=random`);
      const fitting = new Set(allowed(order, attributes).map((kind) => String(ports[kind])));
      const seen = new Set<string>();
      // Whether all that fit are taken is a matter of luck: that one of three stays away sixty times is no luck.
      for (let round = 0; round < 60 && seen.size < fitting.size; round++) {
        const ours = await askClient(conninfo);
        seen.add('port' in ours ? ours.port : ours.refused);
      }
      expect(seen).toEqual(fitting);
    });
  });

  test('load_balance_hosts=random starts with every host once in a while', async () => {
    const starts = new Set<string>();
    for (let round = 0; round < 60 && starts.size < 2; round++) {
      const conninfo = `host=127.0.0.1,127.0.0.1 port=1,2 user=u load_balance_hosts=random`;
      const outcome = await askClient(conninfo);
      starts.add('refused' in outcome ? (outcome.refused.match(/port (\d+)/)?.[1] ?? '') : 'connected');
    }
    expect([...starts].sort()).toEqual(['1', '2']);
  });

  test('what a session reports of itself: in_hot_standby and default_transaction_read_only', async () => {
    const reported = async (cluster: Cluster): Promise<readonly unknown[]> => {
      await using connection = await connect(cluster.conninfo());
      const { serverParameters } = connection;
      return [serverParameters.get('in_hot_standby'), serverParameters.get('default_transaction_read_only')];
    };
    expect(await reported(primary)).toEqual(['off', 'off']);
    expect(await reported(standby)).toEqual(['on', 'off']);
    expect(await reported(readOnly)).toEqual(['off', 'on']);
  });

  test('default_transaction_read_only of a session counts, and is reported when it changes', async () => {
    const options = "options='-c default_transaction_read_only=on'";
    const refused = await askClient(hosts(['P', 'S'], `target_session_attrs=read-write ${options}`));
    expect('refused' in refused && refused.refused.match(/session is read-only/g)).toHaveLength(2);
    await using connection = await connect(hosts(['P'], `target_session_attrs=read-only ${options}`));
    expect(connection.serverParameters.get('default_transaction_read_only')).toBe('on');
    await connection.query('set default_transaction_read_only = off');
    expect(connection.serverParameters.get('default_transaction_read_only')).toBe('off');
  });

  test('a promotion between two connects moves the primary, and a session that lives through it hears of it', async () => {
    const conninfo = hosts(['P', 'S'], 'target_session_attrs=read-write');
    const same = async (): Promise<Outcome> => {
      const ours = await askClient(conninfo);
      if (PSQL !== undefined) expect(ours).toEqual(await askPsql(conninfo));
      return ours;
    };
    await using witness = await connect(standby.conninfo());
    expect(witness.serverParameters.get('in_hot_standby')).toBe('on');
    expect(await same()).toEqual({ port: String(primary.port) });

    await primary.kill9();
    const nobody = await same();
    expect('refused' in nobody && nobody.refused).toMatch(/Connection refused.*session is read-only$/s);

    await standby.promote();
    expect(await same()).toEqual({ port: String(standby.port) });
    await witness.query('create table written_after_promotion()');
    expect(witness.serverParameters.get('in_hot_standby')).toBe('off');
  });
});
