import { RequestCode, type Writer } from '@pg-dblink/protocol';
import { FrontendTag } from '@pg-dblink/protocol/server';

// Messages are built from JSON by hand and not by the codec's own encoders: a dialogue may be as wrong as it likes.

/** A message's JSON does not say what the message needs. */
export class MessageJsonError extends Error {
  override readonly name = 'MessageJsonError';
}

type Json = Readonly<Record<string, unknown>>;

/** The types that a dialogue can send, by pgproto3's names; CancelRequest travels on a connection of its own. */
export type SentType = keyof typeof BUILDERS | 'StartupMessage' | 'CancelRequest' | 'SSLRequest' | 'GSSEncRequest';

const BUILDERS = {
  Query: (writer: Writer, json: Json): void => writer.cstring(text(json, 'String')),
  Parse: (writer: Writer, json: Json): void => {
    writer.cstring(text(json, 'Name'));
    writer.cstring(text(json, 'Query'));
    const oids = list(json, 'ParameterOIDs').map(Number);
    writer.count(oids.length);
    for (const oid of oids) writer.uint32(oid);
  },
  Bind: (writer: Writer, json: Json): void => {
    writer.cstring(text(json, 'DestinationPortal'));
    writer.cstring(text(json, 'PreparedStatement'));
    formats(writer, list(json, 'ParameterFormatCodes'));
    values(writer, list(json, 'Parameters'));
    formats(writer, list(json, 'ResultFormatCodes'));
  },
  Describe: (writer: Writer, json: Json): void => {
    writer.byte(objectType(json['ObjectType'] ?? 'S'));
    writer.cstring(text(json, 'Name'));
  },
  Close: (writer: Writer, json: Json): void => {
    writer.byte(objectType(json['ObjectType'] ?? 'S'));
    writer.cstring(text(json, 'Name'));
  },
  Execute: (writer: Writer, json: Json): void => {
    writer.cstring(text(json, 'Portal'));
    writer.uint32(number(json, 'MaxRows'));
  },
  Sync: (): void => {},
  Flush: (): void => {},
  Terminate: (): void => {},
  CopyDone: (): void => {},
  CopyData: (writer: Writer, json: Json): void => {
    const binary = json['BinaryData'];
    writer.bytes(typeof binary === 'string' ? Buffer.from(binary, 'base64') : Buffer.from(text(json, 'Data'), 'utf8'));
  },
  CopyFail: (writer: Writer, json: Json): void => writer.cstring(text(json, 'Message')),
  FunctionCall: (writer: Writer, json: Json): void => {
    writer.uint32(number(json, 'Function'));
    formats(writer, list(json, 'ArgFormatCodes'));
    values(writer, list(json, 'Arguments'));
    writer.int16(number(json, 'ResultFormatCode'));
  },
  PasswordMessage: (writer: Writer, json: Json): void => writer.cstring(text(json, 'Password')),
} as const;

/** A line of a `send` block: the type's name, and a JSON object unless everything is at its zero value. */
export function readSentLine(line: string): { readonly type: SentType; readonly json: Json } {
  const space = line.indexOf(' ');
  const type = space < 0 ? line : line.slice(0, space);
  if (!isSentType(type)) throw new MessageJsonError(`no message is called ${type}`);
  const rest = space < 0 ? '' : line.slice(space + 1).trim();
  const json: unknown = rest === '' ? {} : JSON.parse(rest);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new MessageJsonError(`${type} takes a JSON object`);
  }
  return { type, json: json as Json };
}

/** Writes a message that has a type byte. */
export function writeSent(writer: Writer, type: keyof typeof BUILDERS, json: Json): void {
  writer.begin(type === 'PasswordMessage' ? FrontendTag.Authentication : FrontendTag[type], type);
  BUILDERS[type](writer, json);
  writer.end();
}

/** Whether a type travels with a type byte. */
export function isTyped(type: SentType): type is keyof typeof BUILDERS {
  return Object.hasOwn(BUILDERS, type);
}

/** Writes a StartupMessage: `ProtocolVersion` and `Parameters`, with these parameters where it names no others. */
export function writeStartup(writer: Writer, json: Json, parameters: Readonly<Record<string, string>>): void {
  writer.beginUntyped('StartupMessage', 10_000);
  writer.uint32(typeof json['ProtocolVersion'] === 'number' ? json['ProtocolVersion'] : 196_608);
  const own = (json['Parameters'] ?? {}) as Readonly<Record<string, string>>;
  for (const [name, value] of Object.entries({ ...parameters, ...own })) {
    writer.cstring(name);
    writer.cstring(value);
  }
  writer.byte(0);
  writer.end();
}

/** Writes a CancelRequest with the session's own key where the JSON gives no other. */
export function writeCancel(writer: Writer, json: Json, processId: number, secretKey: Uint8Array): void {
  writer.beginUntyped('CancelRequest', 10_000);
  writer.uint32(RequestCode.CancelRequest);
  writer.int32(typeof json['ProcessID'] === 'number' ? json['ProcessID'] : processId);
  if (typeof json['SecretKey'] === 'number') writer.uint32(json['SecretKey']);
  else writer.bytes(secretKey);
  writer.end();
}

function isSentType(type: string): type is SentType {
  return (
    Object.hasOwn(BUILDERS, type) || ['StartupMessage', 'CancelRequest', 'SSLRequest', 'GSSEncRequest'].includes(type)
  );
}

function text(json: Json, key: string): string {
  const value = json[key] ?? '';
  if (typeof value !== 'string') throw new MessageJsonError(`${key} is a string`);
  return value;
}

function number(json: Json, key: string): number {
  const value = json[key] ?? 0;
  if (typeof value !== 'number') throw new MessageJsonError(`${key} is a number`);
  return value;
}

function list(json: Json, key: string): readonly unknown[] {
  const value = json[key] ?? [];
  if (!Array.isArray(value)) throw new MessageJsonError(`${key} is an array`);
  return value;
}

function formats(writer: Writer, codes: readonly unknown[]): void {
  writer.count(codes.length);
  for (const code of codes) writer.int16(Number(code));
}

function values(writer: Writer, given: readonly unknown[]): void {
  writer.count(given.length);
  for (const value of given) writer.value(valueBytes(value));
}

/** null, `{"text": "…"}`, `{"binary": "hex"}` or, for what would be long to write out, `{"repeat": ["x", 1000]}`. */
function valueBytes(value: unknown): Uint8Array | null {
  if (value === null) return null;
  if (typeof value === 'object') {
    const { text: plain, binary, repeat } = value as { text?: unknown; binary?: unknown; repeat?: unknown };
    if (typeof plain === 'string') return Buffer.from(plain, 'utf8');
    if (typeof binary === 'string') return Buffer.from(binary, 'hex');
    if (Array.isArray(repeat)) return Buffer.from(String(repeat[0]).repeat(Number(repeat[1])), 'utf8');
  }
  throw new MessageJsonError(
    `a value is null, {"text": …}, {"binary": …} or {"repeat": …}, not ${JSON.stringify(value)}`,
  );
}

/** `"S"`, `"P"` or their byte numbers, as older files write them. */
function objectType(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.length === 1) return value.charCodeAt(0);
  throw new MessageJsonError('ObjectType is "S" or "P"');
}
