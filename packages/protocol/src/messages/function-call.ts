import { type Body, readBackend, readFrontend } from '../bytes/reader.ts';
import type { Value, Writer } from '../bytes/writer.ts';
import { BackendTag, FrontendTag } from '../tags.ts';
import { readFormats, readValues, requireFormats, writeFormats } from './bind.ts';
import type { Fields, FormatCode } from './fields.ts';

/** Calls a function by its OID, outside SQL. */
export interface FunctionCall {
  readonly type: 'FunctionCall';
  readonly functionOid: number;
  /** None for all text, one for all alike, or one an argument. */
  readonly argumentFormats: readonly FormatCode[];
  /** Decoded values are views; text may be given as a string. */
  readonly arguments: readonly Value[];
  readonly resultFormat: FormatCode;
}

/** The result of a FunctionCall. */
export interface FunctionCallResponse {
  readonly type: 'FunctionCallResponse';
  /** A view when decoded; null for NULL. */
  readonly value: Value;
}

/**
 * Reads the body of a FunctionCall.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { functionOid } = decodeFunctionCall(frame);
 * ```
 */
export function decodeFunctionCall(body: Body): FunctionCall {
  const reader = readFrontend(body, 'FunctionCall');
  const functionOid = reader.uint32();
  const argumentFormats = readFormats(reader);
  const values = readValues(reader);
  const resultFormat = reader.int16();
  reader.finish();
  return { type: 'FunctionCall', functionOid, argumentFormats, arguments: values, resultFormat };
}

/**
 * Writes a FunctionCall; throws LocalProtocolError as `encodeBind` does.
 *
 * @example
 * ```ts
 * encodeFunctionCall(writer, { functionOid: 177, argumentFormats: [], arguments: ['7', '5'], resultFormat: 0 });
 * ```
 */
export function encodeFunctionCall(writer: Writer, message: Fields<FunctionCall>): void {
  requireFormats(message.argumentFormats, message.arguments.length, 'FunctionCall');
  writer.begin(FrontendTag.FunctionCall, 'FunctionCall');
  writer.uint32(message.functionOid);
  writeFormats(writer, message.argumentFormats);
  writer.count(message.arguments.length);
  for (const value of message.arguments) writer.value(value);
  writer.int16(message.resultFormat);
  writer.end();
}

/**
 * Reads the body of a FunctionCallResponse.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { value } = decodeFunctionCallResponse(frame);
 * ```
 */
export function decodeFunctionCallResponse(body: Body): FunctionCallResponse {
  const reader = readBackend(body, 'FunctionCallResponse');
  const value = reader.value();
  reader.finish();
  return { type: 'FunctionCallResponse', value };
}

/**
 * Writes a FunctionCallResponse.
 *
 * @throws LocalProtocolError for a lone surrogate or a value too long for a message.
 * @example
 * ```ts
 * encodeFunctionCallResponse(writer, { value: '12' });
 * ```
 */
export function encodeFunctionCallResponse(writer: Writer, message: Fields<FunctionCallResponse>): void {
  writer.begin(BackendTag.FunctionCallResponse, 'FunctionCallResponse');
  writer.value(message.value);
  writer.end();
}
