import type { FieldDescription } from '@pg-dblink/protocol';
import type { Channel } from './channel.ts';
import { UsageError } from './errors.ts';
import type { ExtendedRequest, Parameter, RequestEnd } from './machine/requests.ts';
import type { ResultSink } from './result-sink.ts';
import type { ServerError } from './server-error.ts';
import { type SubmitOptions, submit } from './submission.ts';
import { inferParameter } from './types/infer.ts';
import type { TypeRegistry } from './types/registry.ts';

const ALL_TEXT: readonly (0 | 1)[] = [];
const ALL_BINARY: readonly (0 | 1)[] = [1];

/** What the server says about a statement without running it. */
export interface StatementDescription {
  readonly parameterTypes: readonly number[];
  /** The columns of its rows, with the formats in which we ask for them; empty when it returns none. */
  readonly fields: readonly FieldDescription[];
}

/** Gathers ParameterDescription and RowDescription. */
export class DescriptionSink implements ResultSink {
  parameterTypes: readonly number[] = [];
  fields: readonly FieldDescription[] = [];
  error: ServerError | undefined;

  parameterDescription(typeOids: readonly number[]): void {
    this.parameterTypes = typeOids;
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.fields = fields;
  }

  errorResponse(error: ServerError): void {
    this.error ??= error;
  }

  /** What it was told, once the server is ready again without an error. */
  description(types: TypeRegistry): StatementDescription {
    return {
      parameterTypes: this.parameterTypes,
      // Described as a statement all formats are 0: the ones that count are what we will ask for.
      fields: this.fields.map((field) => ({ ...field, format: types.preferredFormat(field.typeOid) })),
    };
  }

  dataRows(): void {}
  commandComplete(): void {}
  emptyQueryResponse(): void {}
  copyResponse(): void {}
}

/** Prepares a statement under a name and learns its types (manual: "Extended Query"). */
export async function prepareStatement(
  channel: Channel,
  types: TypeRegistry,
  statement: { readonly name: string; readonly sql: string; readonly parameterTypes?: readonly number[] },
  options: SubmitOptions | undefined,
): Promise<StatementDescription> {
  const sink = new DescriptionSink();
  await submit(channel, { kind: 'describe', ...statement }, sink, options);
  if (sink.error !== undefined) throw sink.error;
  return sink.description(types);
}

/** The request that runs a described statement once. */
export function executionOf(
  name: string,
  sql: string,
  { fields, parameterTypes }: StatementDescription,
  types: TypeRegistry,
  values: readonly unknown[],
  end: RequestEnd = 'sync',
): ExtendedRequest {
  if (values.length !== parameterTypes.length) {
    throw new UsageError(`the statement needs ${parameterTypes.length} parameters, not ${values.length}`);
  }
  return {
    kind: 'extended',
    sql,
    name,
    parse: false,
    describe: false,
    columnCount: fields.length,
    parameters: parametersOf(types, parameterTypes, values),
    resultFormats: resultFormats(fields),
    end,
  };
}

function parametersOf(
  types: TypeRegistry,
  parameterTypes: readonly number[],
  values: readonly unknown[],
): readonly Parameter[] {
  const parameters = new Array<Parameter>(values.length);
  for (let index = 0; index < values.length; index++) {
    parameters[index] = encodeParameter(types, parameterTypes[index] ?? 0, values[index]);
  }
  return parameters;
}

/** All columns in one format need one code, or none when that is text. */
function resultFormats(fields: readonly FieldDescription[]): readonly (0 | 1)[] {
  let binaryCount = 0;
  for (const { format } of fields) if (format === 1) binaryCount += 1;
  if (binaryCount === 0) return ALL_TEXT;
  return binaryCount === fields.length ? ALL_BINARY : fields.map(({ format }) => (format === 1 ? 1 : 0));
}

/** A parameter by its type's codec (a string is its own text), or by its JavaScript type when the type is not known. */
export function encodeParameter(types: TypeRegistry, typeOid: number, value: unknown): Parameter {
  if (value === null || value === undefined) return null;
  const codec = types.find(typeOid);
  if (codec === undefined || typeof value === 'string') return inferParameter(value);
  return codec.parameterFormat === 1 ? codec.encodeBinary(value) : codec.encodeText(value);
}
