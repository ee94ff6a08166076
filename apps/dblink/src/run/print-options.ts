import type { OutputFormat, PrintSettings } from '../format/settings.ts';
import { parseBoolean, ValueError } from './variables.ts';

type Change = { readonly settings: PrintSettings } | { readonly error: string };

const formats: readonly OutputFormat[] = ['aligned', 'csv', 'json', 'ndjson', 'unaligned'];

/** The options that `\pset` lists, in its order. */
export const SETTING_NAMES = [
  'border',
  'columns',
  'csv_fieldsep',
  'expanded',
  'fieldsep',
  'fieldsep_zero',
  'footer',
  'format',
  'linestyle',
  'null',
  'pager',
  'recordsep',
  'recordsep_zero',
  'title',
  'tuples_only',
] as const;
type SettingName = (typeof SETTING_NAMES)[number];

/** Changes one option as `\pset option value` does; without a value, a switch is turned over. */
export function changeSetting(settings: PrintSettings, option: string, value: string | undefined): Change {
  try {
    const change =
      changes[option === 'x' || option === 'vertical' ? 'expanded' : option === 't' ? 'tuples_only' : option];
    if (change === undefined) return { error: `\\pset: unknown option: ${option}` };
    const result = change(settings, value);
    return 'error' in result ? { error: String(result.error) } : { settings: { ...settings, ...result } };
  } catch (error) {
    if (error instanceof ValueError) return { error: error.message };
    throw error;
  }
}

type Setter = (
  settings: PrintSettings,
  value: string | undefined,
) => Partial<PrintSettings> | { readonly error: string };

const changes: Readonly<Record<string, Setter>> = {
  format: (_settings, value) => {
    const found = formats.find(
      (format) => value !== undefined && value !== '' && format.startsWith(value.toLowerCase()),
    );
    if (value === undefined) return {};
    return found === undefined ? { error: `\\pset: allowed formats are ${formats.join(', ')}` } : { format: found };
  },
  linestyle: (_settings, value) => {
    if (value === undefined) return {};
    const text = value.toLowerCase();
    if (text !== '' && 'ascii'.startsWith(text)) return { linestyle: 'ascii' };
    if (text !== '' && 'unicode'.startsWith(text)) return { linestyle: 'unicode' };
    return { error: '\\pset: allowed line styles are ascii, unicode' };
  },
  border: (_settings, value) => {
    const width = Number.parseInt(value ?? '', 10);
    return value === undefined ? {} : { border: width >= 2 ? 2 : width === 1 ? 1 : 0 };
  },
  columns: (_settings, value) => {
    const width = Number.parseInt(value ?? '', 10);
    return value === undefined ? {} : { columns: width > 0 ? width : undefined };
  },
  expanded: (settings, value) => {
    if (value === undefined) return { expanded: settings.expanded === 'off' ? 'on' : 'off' };
    if (value.toLowerCase() === 'auto') return { expanded: 'auto' };
    try {
      return { expanded: parseBoolean(value, 'expanded') ? 'on' : 'off' };
    } catch {
      return { error: `unrecognized value "${value}" for "expanded"\nAvailable values are: on, off, auto.` };
    }
  },
  tuples_only: (settings, value) => ({
    tuplesOnly: value === undefined ? !settings.tuplesOnly : parseBoolean(value, 'tuples_only'),
  }),
  footer: (settings, value) => ({ footer: value === undefined ? !settings.footer : parseBoolean(value, 'footer') }),
  null: (_settings, value) => (value === undefined ? {} : { null: value }),
  fieldsep: (_settings, value) => (value === undefined ? {} : { fieldsep: value }),
  fieldsep_zero: () => ({ fieldsep: '\0' }),
  recordsep: (_settings, value) => (value === undefined ? {} : { recordsep: value }),
  recordsep_zero: () => ({ recordsep: '\0' }),
  csv_fieldsep: (_settings, value) => {
    if (value === undefined) return {};
    if (Buffer.byteLength(value) !== 1) return { error: '\\pset: csv_fieldsep must be a single one-byte character' };
    if (/["\r\n]/.test(value)) {
      return { error: '\\pset: csv_fieldsep cannot be a double quote, a newline, or a carriage return' };
    }
    return { csvFieldsep: value };
  },
  title: (_settings, value) => ({ title: value }),
  // There is no pager: the option is accepted for scripts that switch it off.
  pager: () => ({}),
};

/** The line that `\pset` prints after a change. */
export function describeSetting(settings: PrintSettings, option: string): string {
  switch (option) {
    case 'format':
      return `Output format is ${settings.format}.`;
    case 'linestyle':
      return `Line style is ${settings.linestyle}.`;
    case 'border':
      return `Border style is ${settings.border}.`;
    case 'columns':
      return settings.columns === undefined ? 'Target width is unset.' : `Target width is ${settings.columns}.`;
    case 'x':
    case 'expanded':
    case 'vertical':
      return settings.expanded === 'auto'
        ? 'Expanded display is used automatically.'
        : `Expanded display is ${settings.expanded}.`;
    case 't':
    case 'tuples_only':
      return `Tuples only is ${settings.tuplesOnly ? 'on' : 'off'}.`;
    case 'footer':
      return `Default footer is ${settings.footer ? 'on' : 'off'}.`;
    case 'null':
      return `Null display is "${settings.null}".`;
    case 'fieldsep':
    case 'fieldsep_zero':
      return settings.fieldsep === '\0'
        ? 'Field separator is zero byte.'
        : `Field separator is "${settings.fieldsep}".`;
    case 'recordsep':
    case 'recordsep_zero':
      if (settings.recordsep === '\0') return 'Record separator is zero byte.';
      return settings.recordsep === '\n'
        ? 'Record separator is <newline>.'
        : `Record separator is "${settings.recordsep}".`;
    case 'csv_fieldsep':
      return `Field separator for CSV is "${settings.csvFieldsep}".`;
    case 'title':
      return settings.title === undefined ? 'Title is unset.' : `Title is "${settings.title}".`;
    default:
      return 'Pager usage is off.';
  }
}

/** One option's value, as `\pset` without arguments lists it. */
export function settingText(settings: PrintSettings, name: SettingName): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  switch (name) {
    case 'border':
      return String(settings.border);
    case 'columns':
      return String(settings.columns ?? 0);
    case 'csv_fieldsep':
      return quote(settings.csvFieldsep);
    case 'expanded':
      return settings.expanded;
    case 'fieldsep':
      return quote(settings.fieldsep === '\0' ? '' : settings.fieldsep);
    case 'fieldsep_zero':
      return settings.fieldsep === '\0' ? 'on' : 'off';
    case 'footer':
      return settings.footer ? 'on' : 'off';
    case 'format':
      return settings.format;
    case 'linestyle':
      return settings.linestyle;
    case 'null':
      return quote(settings.null);
    case 'pager':
      return '0';
    case 'recordsep':
      return quote(settings.recordsep === '\0' ? '' : settings.recordsep);
    case 'recordsep_zero':
      return settings.recordsep === '\0' ? 'on' : 'off';
    case 'title':
      return settings.title === undefined ? '' : quote(settings.title);
    case 'tuples_only':
      return settings.tuplesOnly ? 'on' : 'off';
  }
}
