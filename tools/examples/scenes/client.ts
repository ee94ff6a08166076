// The world around the examples of client: a real server, whatever host a connection string names.

import * as nodeDiagnostics from 'node:diagnostics_channel';
import {
  type Connection,
  hstoreCodec,
  isServerError,
  type ServerError,
  type TypeCodec,
  TypeRegistry,
} from '@pg-dblink/client';
import { connect as connectNode, type NodeConnectOptions } from '@pg-dblink/client/node';
import { Client as PgClient, Pool as PgPool } from '@pg-dblink/client/pg';

const SERVER = process.env['EXAMPLE_CONNINFO'] ?? '';

/** The later of two words counts: the example's options stay, its host does not, unless it wants to fail. */
export function connect(conninfo: string, options: NodeConnectOptions = {}): Promise<Connection> {
  return connectNode(conninfo.includes('port=1') ? conninfo : `${conninfo} ${SERVER}`, options);
}

export class Client extends PgClient {
  constructor(_config?: unknown) {
    super({ connectionString: SERVER });
  }
}

export class Pool extends PgPool {
  constructor(_config?: unknown) {
    super({ connectionString: SERVER });
  }
}

export const conninfo = SERVER;
export const connectionString = SERVER;
const usual = await connectNode(SERVER);
await usual.query("create temp table account (id int, name text); create temp table city as select 'Bern' as name");
// A server that has nothing to send says so after half of wal_sender_timeout.
const replication = await connectNode(`${SERVER} replication=true options='-c wal_sender_timeout=1000'`);
export const connectionFor = (subject: string): Connection => (subject === 'CopyBoth' ? replication : usual);
export const client = new PgClient({ connectionString: SERVER });
await client.connect();
export const pool = new PgPool({ connectionString: SERVER });
export const diagnosticsChannel = nodeDiagnostics;

export const oid = 100_001;
export const arrayOid = 100_002;
export const multirangeOid = 100_003;
export const multirangeArrayOid = 100_004;
export const hstore: TypeCodec = hstoreCodec(oid, arrayOid);
export const float8: TypeCodec = {
  oid: 701,
  arrayOid: 1022,
  name: 'float8',
  decodeText: (bytes, start, end) => Number(new TextDecoder().decode(bytes.subarray(start, end))),
  decodeBinary: (bytes, start) => new DataView(bytes.buffer, bytes.byteOffset + start).getFloat64(0),
  encodeText: String,
  encodeBinary: (value) => new Uint8Array(new Float64Array([Number(value)]).buffer).reverse(),
};

export const types = new TypeRegistry();
export const error: ServerError = await usual.query('select nocol').then(
  () => Promise.reject(new Error('nothing was refused')),
  (refused: unknown) => (isServerError(refused) ? refused : Promise.reject(refused)),
);

interface KerberosClient {
  readonly contextComplete: boolean;
  step(challenge: string): Promise<string | undefined>;
}
export async function initializeClient(_principal: string): Promise<KerberosClient> {
  return { contextComplete: true, step: async () => undefined };
}
