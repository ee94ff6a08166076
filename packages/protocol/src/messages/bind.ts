import { type Body, type BodyReader, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Value, Writer } from '../bytes/writer.ts';
import { LocalProtocolError } from '../errors.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields, FormatCode } from './fields.ts';

/** Makes a portal of a prepared statement and values for its parameters. */
export interface Bind {
  readonly type: 'Bind';
  /** The portal's name; '' is the unnamed one. */
  readonly portal: string;
  /** The prepared statement's name; '' is the unnamed one. */
  readonly statement: string;
  /** None for all text, one for all alike, or one a parameter. */
  readonly parameterFormats: readonly FormatCode[];
  /** Decoded values are views; text may be given as a string. */
  readonly parameters: readonly Value[];
  /** None for all text, one for all alike, or one a column. */
  readonly resultFormats: readonly FormatCode[];
}

/**
 * Reads the body of a Bind; the parameters' values are views of the body.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { statement, parameters } = decodeBind(frame);
 * ```
 */
export function decodeBind(body: Body, decodeText?: DecodeText): Bind {
  const reader = readFrontend(body, 'Bind', decodeText);
  const portal = reader.cstring();
  const statement = reader.cstring();
  const parameterFormats = readFormats(reader);
  const parameters = readValues(reader);
  const resultFormats = readFormats(reader);
  reader.finish();
  return { type: 'Bind', portal, statement, parameterFormats, parameters, resultFormats };
}

/**
 * Writes a Bind.
 *
 * @throws LocalProtocolError when there are more than 65,535 parameters or formats, when the number of formats is
 * neither 0, 1 nor that of the parameters, or when the message would pass the server's limit of 1 GiB.
 * @example
 * ```ts
 * encodeBind(writer, {
 *   portal: '', statement: '', parameterFormats: [], parameters: ['42', null], resultFormats: [1],
 * });
 * ```
 */
export function encodeBind(writer: Writer, message: Fields<Bind>): void {
  const { parameterFormats, parameters, resultFormats } = message;
  requireFormats(parameterFormats, parameters.length, 'Bind');
  writer.begin(FrontendTag.Bind, 'Bind');
  writer.cstring(message.portal);
  writer.cstring(message.statement);
  writeFormats(writer, parameterFormats);
  writer.count(parameters.length);
  for (const value of parameters) writer.value(value);
  writeFormats(writer, resultFormats);
  writer.end();
}

export function readFormats(reader: BodyReader): number[] {
  const count = reader.count(2);
  const formats: number[] = [];
  for (let index = 0; index < count; index += 1) formats.push(reader.int16());
  return formats;
}

export function readValues(reader: BodyReader): (Uint8Array | null)[] {
  const count = reader.count(4);
  const values: (Uint8Array | null)[] = [];
  for (let index = 0; index < count; index += 1) values.push(reader.value());
  return values;
}

export function writeFormats(writer: Writer, formats: readonly FormatCode[]): void {
  writer.count(formats.length);
  for (const format of formats) writer.int16(format);
}

export function requireFormats(formats: readonly FormatCode[], valueCount: number, messageType: string): void {
  if (formats.length > 1 && formats.length !== valueCount) {
    throw new LocalProtocolError(
      'value-out-of-range',
      `${formats.length} formats do not fit ${valueCount} values`,
      messageType,
    );
  }
}
