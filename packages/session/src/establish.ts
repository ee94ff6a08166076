import { interruption } from './command.ts';
import type { RemoteConnection } from './connection.ts';
import type { Origin, Reservation } from './connections.ts';
import { DblinkError, isDblinkError } from './errors.ts';
import { conninfoOf, wantsScramKeys } from './foreign-options.ts';
import { adviceOnName, type Nameable } from './mistaken-name.ts';
import { requirePassword, requirePasswordUsed } from './password-rule.ts';
import { Remote } from './remote.ts';
import { runCommand } from './run.ts';
import type { Scope } from './scope.ts';
import { truncateIdentifier } from './truncate.ts';

/**
 * Makes a connection as dblink does, in its order: foreign server, password rule, name, network, password rule again,
 * client encoding.
 *
 * @param target name of a foreign server, else a connection string
 * @param reserve takes the connection's name before any network activity
 * @param nameable what the target could have been the name of
 * @throws DblinkError 42704, 42501, 2F003, 42710, 08001
 */
export async function establish(
  scope: Scope,
  target: string,
  reserve?: () => Reservation,
  nameable: Nameable = 'foreign server',
): Promise<Remote> {
  const server = await scope.local.foreignServer?.(truncateIdentifier(target));
  const advice = adviceOnName(target, nameable);
  if (server === undefined) return establishAs(scope, { target, conninfo: target, advice }, reserve);
  try {
    return await establishAs(scope, { target, conninfo: conninfoOf(server), advice: undefined }, reserve);
  } catch (error) {
    throw wantsScramKeys(server) ? withScramHint(error) : error;
  }
}

/** What a connection is made of, and what may be wrong with it. */
interface Attempt {
  readonly target: string;
  readonly conninfo: string;
  readonly advice: string | undefined;
}

async function establishAs(scope: Scope, attempt: Attempt, reserve: (() => Reservation) | undefined): Promise<Remote> {
  const { target, conninfo, advice } = attempt;
  const trusted = (await scope.local.isSuperuser?.()) ?? true;
  if (!trusted) requirePassword(conninfo, advice);
  const reservation = reserve?.();
  try {
    const remote = new Remote(await open(scope, attempt), scope);
    try {
      if (!trusted) requirePasswordUsed(remote.connection);
      await setClientEncoding(scope, remote);
    } catch (error) {
      remote.close();
      throw error;
    }
    reservation?.fill(remote, originOf(scope, target));
    return remote;
  } catch (error) {
    reservation?.release();
    throw error;
  }
}

/** What it takes to make a connection to the target again. */
export function originOf(scope: Scope, target: string): Origin {
  return { target, sinceMs: scope.now() };
}

/** A log-in that failed for want of a password which SCRAM pass-through would have made unnecessary. */
function withScramHint(error: unknown): unknown {
  if (!isDblinkError(error)) return error;
  const isWanting = error.sqlState === '2F003' || error.detail?.endsWith('no password supplied') === true;
  if (!isWanting || error.hint !== undefined) return error;
  const advice = 'use_scram_passthrough has no effect: this session did not log in with SCRAM. Use a password instead.';
  const { sqlState, message, detail, context, remote } = error;
  return new DblinkError({ sqlState, message, detail, advice, context, remote }, { cause: error });
}

async function open(scope: Scope, { conninfo, advice }: Attempt): Promise<RemoteConnection> {
  try {
    const request = scope.signal === undefined ? {} : { signal: scope.signal };
    const { remoteNotice } = scope;
    if (remoteNotice === undefined) return await scope.connect(conninfo, request);
    let connection: RemoteConnection | undefined;
    const nameNow = (): string | undefined =>
      scope.connections.all().find(({ slot }) => slot.remote.connection === connection)?.name;
    connection = await scope.connect(conninfo, {
      ...request,
      onNotice: (notice) => remoteNotice({ ...notice, connection: nameNow() }),
    });
    return connection;
  } catch (error) {
    if (scope.signal?.aborted === true) throw interruption(scope.signal);
    if (isDblinkError(error)) throw error;
    const detail = (error instanceof Error ? error.message : String(error)).replace(/\n+$/, '');
    const fields = isForbidden(error) ? FORBIDDEN : { ...UNREACHABLE, advice };
    throw new DblinkError({ ...fields, detail }, { cause: error });
  }
}

const UNREACHABLE = { sqlState: '08001', message: 'could not establish connection' } as const;
/** Nothing is known of the server then: it was not asked. */
const FORBIDDEN = {
  sqlState: '42501',
  message: 'connection not allowed by the egress policy',
  hint: 'The program that runs this database decides where its connections may go.',
} as const;

/** Every attempt was refused by the host's egress policy, as the client's ConnectError tells. */
function isForbidden(error: unknown): boolean {
  const attempts = typeof error === 'object' && error !== null && 'attempts' in error ? error.attempts : undefined;
  if (!Array.isArray(attempts) || attempts.length === 0) return false;
  return attempts.every((attempt: { readonly code?: unknown }) => attempt.code === 'EGRESS_REFUSED');
}

/** Rows must arrive in the local database's encoding; a remote session that has it already is left alone. */
async function setClientEncoding(scope: Scope, remote: Remote): Promise<void> {
  const wanted = (await scope.local.databaseEncoding?.()) ?? 'UTF8';
  if (remote.connection.serverParameters.get('client_encoding') === wanted) return;
  await runCommand(remote, `set client_encoding to '${wanted}'`, scope.signal);
}
