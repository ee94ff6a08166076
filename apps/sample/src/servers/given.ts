import { randomBytes } from 'node:crypto';
import { connect } from '@pg-dblink/client/node';
import { formatConninfo, parseConninfo } from '@pg-dblink/connstring';
import type { Remote, Servers } from './remote.ts';

/**
 * Describes two servers that are there already, each with a schema of its own whose name nobody else has.
 *
 * @throws ConninfoError for a connection string that cannot be parsed.
 */
export function useGivenServers(conninfos: { readonly atlas: string; readonly seismo: string }): Servers {
  const atlas = describe('atlas', conninfos.atlas);
  const seismo = describe('seismo', conninfos.seismo);
  return {
    atlas,
    seismo,
    // They are not ours to watch; a lost connection says so itself.
    findLost: () => Promise.resolve(undefined),
    close: async (progress) => {
      const dropping = progress.begin('Dropping the schemas');
      const outcomes = await Promise.allSettled([dropSchema(atlas), dropSchema(seismo)]);
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      dropping.done(failed === undefined ? 'done' : 'failed');
      if (failed !== undefined) throw failed.reason;
    },
  };
}

function describe(name: Remote['name'], conninfo: string): Remote {
  const given = parseConninfo(conninfo);
  const schema = `dblink_sample_${randomBytes(4).toString('hex')}`;
  const options = [given.options ?? '', `-csearch_path=${schema}`].join(' ').trim();
  return { name, schema, conninfo: formatConninfo({ ...given, options }) };
}

async function dropSchema({ name, conninfo, schema }: Remote): Promise<void> {
  try {
    const connection = await connect(conninfo);
    try {
      await connection.query(`SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw new Error(`the schema ${schema} on ${name} could not be dropped`, { cause: error });
  }
}
