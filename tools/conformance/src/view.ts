import type { MessageJson } from './backend-json.ts';
import type { DirectiveOption } from './dialogue.ts';

/** What the options of a directive make of received messages before they are printed or compared. */
export interface View {
  readonly keepErrMessage: boolean;
  readonly ignored: ReadonlySet<string>;
  readonly mappedErrors: ReadonlyMap<string, string>;
  readonly blanked: ReadonlySet<Blanked>;
}

type Blanked = 'table_oids' | 'type_oids' | 'data_type_sizes' | 'constraint_name' | 'pids';

/** A directive has an option that nobody knows. */
export class UnknownOptionError extends Error {
  override readonly name = 'UnknownOptionError';
}

/** Reads the options of `until` and `receive`. */
export function viewOf(options: readonly DirectiveOption[]): View {
  const ignored = new Set<string>();
  const mappedErrors = new Map<string, string>();
  const blanked = new Set<Blanked>();
  let keepErrMessage = false;
  for (const { key, values } of options) {
    if (key === 'keepErrMessage') keepErrMessage = true;
    else if (key === 'ignore') for (const type of values) ignored.add(type);
    else if (key === 'mapError') mappedErrors.set(values[0] ?? '', values[1] ?? '');
    else if (/^ignore_(table_oids|type_oids|data_type_sizes|constraint_name|pids)$/.test(key)) {
      blanked.add(key.slice('ignore_'.length) as Blanked);
    } else if (!['crdb_only', 'noncrdb_only', 'only', 'skip'].includes(key)) {
      throw new UnknownOptionError(`unknown option ${key}`);
    }
  }
  return { keepErrMessage, ignored, mappedErrors, blanked };
}

/** Received messages as they are shown: ignored ones left out, what varies blanked, errors cut to what matters. */
export function applyView(messages: readonly MessageJson[], view: View): readonly MessageJson[] {
  return messages.filter(({ Type }) => !view.ignored.has(Type)).map((message) => viewed(message, view));
}

function viewed(message: MessageJson, view: View): MessageJson {
  switch (message.Type) {
    case 'RowDescription': {
      const fields = message['Fields'] as readonly Readonly<Record<string, unknown>>[];
      return { ...message, Fields: fields.map((field) => blankField(field, view)) };
    }
    case 'ErrorResponse': {
      const code = String(message['Code']);
      const shown: Record<string, unknown> = { Code: view.mappedErrors.get(code) ?? code };
      if (view.keepErrMessage) shown['Message'] = message['Message'];
      if (!view.blanked.has('constraint_name')) shown['ConstraintName'] = message['ConstraintName'];
      if (view.keepErrMessage) {
        shown['Detail'] = message['Detail'];
        shown['Hint'] = message['Hint'];
      }
      return { Type: message.Type, ...defined(shown) };
    }
    case 'NoticeResponse': {
      const { Severity, Code, Message, Detail, Hint, Where } = message as Readonly<Record<string, unknown>>;
      return { Type: message.Type, ...defined({ Severity, Code, Message, Detail, Hint, Where }) };
    }
    case 'BackendKeyData':
      return view.blanked.has('pids')
        ? { ...message, ProcessID: 0, SecretKey: String(message['SecretKey']).replace(/./g, '0') }
        : message;
    case 'NotificationResponse':
      return view.blanked.has('pids') ? { ...message, PID: 0 } : message;
    default:
      return message;
  }
}

function blankField(field: Readonly<Record<string, unknown>>, { blanked }: View): Readonly<Record<string, unknown>> {
  return {
    ...field,
    ...(blanked.has('table_oids') ? { TableOID: 0 } : {}),
    ...(blanked.has('type_oids') ? { DataTypeOID: 0 } : {}),
    ...(blanked.has('data_type_sizes') ? { DataTypeSize: 0 } : {}),
  };
}

function defined(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
