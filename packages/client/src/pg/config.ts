import { parseConninfo } from '@pg-dblink/connstring';
import type { EgressPolicy } from '../egress/policy.ts';
import { UsageError } from '../errors.ts';
import type { TypeParserSource } from './type-parsers.ts';

/** What a Client is told, with the property names of node-postgres. */
export interface ClientConfig {
  readonly connectionString?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
  readonly user?: string | undefined;
  readonly database?: string | undefined;
  readonly password?: string | (() => string | Promise<string>) | undefined;
  /**
   * True checks chain and name against the platform's roots; `{ rejectUnauthorized: false }` checks nothing. Certificates
   * are files here: `sslrootcert`, `sslcert` and `sslkey` of the connection string.
   */
  readonly ssl?: boolean | { readonly rejectUnauthorized?: boolean } | undefined;
  readonly application_name?: string | undefined;
  readonly fallback_application_name?: string | undefined;
  readonly options?: string | undefined;
  readonly connectionTimeoutMillis?: number | undefined;
  /** Milliseconds after which a query is cancelled. */
  readonly query_timeout?: number | undefined;
  /** The server's own statement_timeout, in milliseconds. */
  readonly statement_timeout?: number | undefined;
  readonly idle_in_transaction_session_timeout?: number | undefined;
  readonly lock_timeout?: number | undefined;
  readonly keepAlive?: boolean | undefined;
  readonly types?: TypeParserSource | undefined;
  /** Where connections and cancel requests may go; not known to node-postgres. */
  readonly egress?: EgressPolicy | undefined;
}

/** The keywords of a connection string that a configuration stands for. */
export function conninfoOf(config: ClientConfig): Readonly<Record<string, string>> {
  const given: Record<string, string | undefined> = {
    ...(config.connectionString === undefined ? {} : parseConninfo(config.connectionString)),
  };
  const set = (keyword: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') given[keyword] = String(value);
  };
  set('host', config.host);
  set('port', config.port);
  set('user', config.user);
  set('dbname', config.database);
  set('password', typeof config.password === 'string' ? config.password : undefined);
  set('application_name', config.application_name);
  set('fallback_application_name', config.fallback_application_name);
  set('sslmode', sslModeOf(config.ssl));
  if (config.ssl === true && given['sslrootcert'] === undefined) given['sslrootcert'] = 'system';
  if (config.keepAlive === false) given['keepalives'] = '0';
  if (config.connectionTimeoutMillis)
    set('connect_timeout', Math.max(1, Math.ceil(config.connectionTimeoutMillis / 1000)));
  set('options', serverOptions(config, given['options']));
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function sslModeOf(ssl: ClientConfig['ssl']): string | undefined {
  if (ssl === undefined) return undefined;
  if (typeof ssl === 'boolean') return ssl ? 'verify-full' : 'disable';
  const unknown = Object.keys(ssl).filter((name) => name !== 'rejectUnauthorized');
  if (unknown.length > 0) {
    throw new UsageError(`ssl.${unknown[0]} is not supported: name files by sslrootcert, sslcert and sslkey`);
  }
  return ssl.rejectUnauthorized === false ? 'require' : 'verify-full';
}

/** Time-outs of the server travel as start-up options. */
function serverOptions(config: ClientConfig, fromString: string | undefined): string | undefined {
  const settings = (['statement_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout'] as const).flatMap(
    (name) => (config[name] ? [`-c ${name}=${config[name]}`] : []),
  );
  const all = [fromString, config.options, ...settings].filter((part) => part !== undefined && part !== '');
  return all.length === 0 ? undefined : all.join(' ');
}
