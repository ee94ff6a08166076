import { randomBytes } from 'node:crypto';
import { type FrameReader, isRemoteProtocolError, PROTOCOL_3_2, Writer } from '@pg-dblink/protocol';
import {
  decodeStartupFamily,
  encodeAuthentication,
  encodeBackendKeyData,
  encodeNegotiateProtocolVersion,
  encodeParameterStatus,
  encodeReadyForQuery,
  type StartupFamilyMessage,
} from '@pg-dblink/protocol/server';
import type { ClientSocket } from './client-socket.ts';
import { Refusal } from './messages.ts';

/** By what a CancelRequest names a session. */
export interface SessionKey {
  readonly processId: number;
  readonly secretKey: Uint8Array;
}

/** What a connection turned out to want. */
export type Start =
  | { readonly kind: 'session'; readonly protocolVersion: number; readonly settings: ReadonlyMap<string, string> }
  | { readonly kind: 'cancel'; readonly key: SessionKey }
  | { readonly kind: 'nothing' };

const refused = new TextEncoder().encode('N');
const lastMinor = PROTOCOL_3_2 & 0xffff;
/** Parameters of the start-up packet that are no run-time settings. */
const connectionParameters = new Set(['user', 'database', 'replication', 'options']);

/**
 * Reads the first messages of a connection: encryption is declined, a cancel request is handed on, a session is admitted
 * for user and database `postgres`.
 *
 * @throws Refusal with the server's own words for what it does not accept.
 */
export async function receiveStart(socket: ClientSocket, reader: FrameReader): Promise<Start> {
  const asked = new Set<string>();
  for (;;) {
    const message = nextStart(reader);
    if (message === 'none') return { kind: 'nothing' };
    if (message === undefined) {
      const chunk = await socket.read();
      if (chunk === undefined) return { kind: 'nothing' };
      reader.push(chunk);
      continue;
    }
    switch (message.type) {
      case 'SSLRequest':
      case 'GSSENCRequest':
        // The server, too, answers each once and takes a second one for a protocol version.
        if (asked.has(message.type)) return { kind: 'nothing' };
        asked.add(message.type);
        await socket.write(refused);
        break;
      case 'CancelRequest':
        return { kind: 'cancel', key: { processId: message.processId, secretKey: message.secretKey.slice() } };
      case 'StartupMessage':
        return admit(socket, message.protocolVersion, message.parameters);
    }
  }
}

/** The next message; `none` for bytes that are no start-up packet: as the server does, nothing is said to them. */
function nextStart(reader: FrameReader): StartupFamilyMessage | 'none' | undefined {
  let frame: ReturnType<FrameReader['next']>;
  try {
    frame = reader.next();
  } catch (error) {
    if (isRemoteProtocolError(error)) return 'none';
    throw error;
  }
  if (frame === undefined) return undefined;
  try {
    return decodeStartupFamily(frame);
  } catch (error) {
    if (isRemoteProtocolError(error)) throw new Refusal('08P01', error.message);
    throw error;
  }
}

function admit(socket: ClientSocket, version: number, parameters: ReadonlyMap<string, string>): Start {
  const major = version >>> 16;
  const minor = version & 0xffff;
  if (major !== 3) {
    throw new Refusal('0A000', `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.2`);
  }
  const user = parameters.get('user') ?? '';
  if (user === '') throw new Refusal('28000', 'no PostgreSQL user name specified in startup packet');
  const unsupportedOptions = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
  if (minor > lastMinor || unsupportedOptions.length > 0) {
    const writer = new Writer();
    const newestProtocolVersion = minor > lastMinor ? PROTOCOL_3_2 : version;
    encodeNegotiateProtocolVersion(writer, { newestProtocolVersion, unsupportedOptions });
    void socket.write(writer.take());
  }
  const replication = parameters.get('replication') ?? 'false';
  if (!/^(false|off|no|0|f|n)$/i.test(replication)) {
    throw new Refusal('0A000', 'replication connections are not supported by the embedded database');
  }
  if (user !== 'postgres') throw new Refusal('28000', `role "${user}" does not exist`);
  const database = parameters.get('database') ?? user;
  if (database !== 'postgres') throw new Refusal('3D000', `database "${database}" does not exist`);
  const settings = new Map(optionSettings(parameters.get('options') ?? ''));
  for (const [name, value] of parameters) {
    if (!connectionParameters.has(name) && !name.startsWith('_pq_.')) settings.set(name, value);
  }
  requireUtf8(settings);
  return { kind: 'session', protocolVersion: Math.min(version, PROTOCOL_3_2), settings };
}

/** Other encodings are refused before anything else is done: the engine has UTF8 only. */
function requireUtf8(settings: ReadonlyMap<string, string>): void {
  for (const [name, value] of settings) {
    if (name.toLowerCase() !== 'client_encoding') continue;
    if (/^(utf8|unicode)$/.test(value.toLowerCase().replace(/[^a-z0-9]/g, ''))) continue;
    throw new Refusal('22023', `invalid value for parameter "client_encoding": "${value}"`, {
      detail: 'The embedded database speaks UTF8 only.',
      hint: 'Set PGCLIENTENCODING=UTF8.',
    });
  }
}

/** The settings in `options`: `-c name=value` and `--name=value`; a backslash keeps a blank in a word. */
function optionSettings(options: string): (readonly [string, string])[] {
  const words = [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replace(/\\(.)/gs, '$1'));
  const joined = words.join('\0').replaceAll(/(^|\0)-c\0/g, '$1-c');
  if (joined === '') return [];
  return joined.split('\0').map((word) => {
    const setting = /^(?:-c|--)([^=]+)=(.*)$/s.exec(word);
    if (setting === null) throw new Refusal('42601', `invalid command-line argument for server process: ${word}`);
    // In an option, a dash in a name stands for an underscore.
    return [(setting[1] ?? '').replaceAll('-', '_'), setting[2] ?? ''];
  });
}

/** Makes the key by which a session can be cancelled: as long as the protocol version has it. */
export function makeKey(processId: number, protocolVersion: number): SessionKey {
  const isLong = (protocolVersion & 0xffff) >= lastMinor;
  return { processId, secretKey: randomBytes(isLong ? 32 : 4) };
}

/** AuthenticationOk: whoever can connect is let in. */
export function authenticationOk(): Uint8Array {
  const writer = new Writer();
  encodeAuthentication(writer, { type: 'AuthenticationOk' });
  return writer.take();
}

/** What follows authentication: the parameters, the key, and the first ReadyForQuery. */
export function greeting(parameters: ReadonlyMap<string, string>, key: SessionKey): Uint8Array {
  const writer = new Writer();
  for (const [name, value] of parameters) encodeParameterStatus(writer, { name, value });
  encodeBackendKeyData(writer, key);
  encodeReadyForQuery(writer, { status: 'I' });
  return writer.take();
}
