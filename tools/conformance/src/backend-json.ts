import { type BackendMessage, type ErrorFields, fieldBytes, fieldCount } from '@pg-dblink/protocol';

/** A received message as one JSON object, in pgproto3's field names and order. */
export type MessageJson = Readonly<Record<string, unknown>> & { readonly Type: string };

/** The JSON of a backend message. */
export function backendJson(message: BackendMessage): MessageJson {
  switch (message.type) {
    case 'AuthenticationOk':
      return { Type: 'AuthenticationOk' };
    case 'AuthenticationMD5Password':
    case 'AuthenticationCryptPassword':
      return { Type: message.type, Salt: [...message.salt] };
    case 'AuthenticationSASL':
      return { Type: message.type, AuthMechanisms: message.mechanisms };
    case 'AuthenticationGSSContinue':
      return { Type: message.type, Data: [...message.data] };
    case 'AuthenticationSASLContinue':
    case 'AuthenticationSASLFinal':
      return { Type: message.type, Data: Buffer.from(message.data).toString('utf8') };
    case 'BackendKeyData':
      return { Type: message.type, ProcessID: message.processId, SecretKey: hex(message.secretKey) };
    case 'CommandComplete':
      return { Type: message.type, CommandTag: message.commandTag };
    case 'CopyData':
      return { Type: message.type, Data: hex(message.data) };
    case 'CopyInResponse':
    case 'CopyOutResponse':
    case 'CopyBothResponse':
      return { Type: message.type, ColumnFormatCodes: message.columnFormats };
    case 'DataRow': {
      const values: unknown[] = [];
      for (let index = 0; index < fieldCount(message); index += 1) values.push(valueJson(fieldBytes(message, index)));
      return { Type: message.type, Values: values };
    }
    case 'ErrorResponse':
    case 'NoticeResponse':
      return { Type: message.type, ...fieldsJson(message.fields) };
    case 'FunctionCallResponse':
      return {
        Type: message.type,
        Result: typeof message.value === 'string' ? { text: message.value } : valueJson(message.value),
      };
    case 'NegotiateProtocolVersion':
      return {
        Type: message.type,
        NewestMinorProtocol: message.newestProtocolVersion,
        UnrecognizedOptions: message.unsupportedOptions,
      };
    case 'NotificationResponse':
      return { Type: message.type, PID: message.processId, Channel: message.channel, Payload: message.payload };
    case 'ParameterDescription':
      return { Type: message.type, ParameterOIDs: message.parameterTypes };
    case 'ParameterStatus':
      return { Type: message.type, Name: message.name, Value: message.value };
    case 'ReadyForQuery':
      return { Type: message.type, TxStatus: message.status };
    case 'RowDescription':
      return {
        Type: message.type,
        Fields: message.fields.map((field) => ({
          Name: field.name,
          TableOID: field.tableOid,
          TableAttributeNumber: field.columnNumber,
          DataTypeOID: field.typeOid,
          DataTypeSize: field.typeSize,
          TypeModifier: field.typeModifier,
          Format: field.format,
        })),
      };
    default:
      return { Type: message.type };
  }
}

function fieldsJson(fields: ErrorFields): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = {
    Severity: fields.severity,
    SeverityUnlocalized: fields.severityNonlocalized,
    Code: fields.sqlState,
    Message: fields.message,
    Detail: fields.detail,
    Hint: fields.hint,
    Position: fields.position === undefined ? undefined : Number(fields.position),
    InternalPosition: fields.internalPosition === undefined ? undefined : Number(fields.internalPosition),
    InternalQuery: fields.internalQuery,
    Where: fields.context,
    SchemaName: fields.schemaName,
    TableName: fields.tableName,
    ColumnName: fields.columnName,
    DataTypeName: fields.dataTypeName,
    ConstraintName: fields.constraintName,
    File: fields.sourceFile,
    Routine: fields.sourceFunction,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** `{"text": …}` where the value can be shown as text, `{"binary": hex}` otherwise, null for NULL. */
function valueJson(value: Uint8Array | null): unknown {
  if (value === null) return null;
  const text = Buffer.from(value).toString('utf8');
  const showable = !value.some((byte) => byte < 32) && Buffer.from(text, 'utf8').equals(value);
  return showable ? { text } : { binary: hex(value) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
