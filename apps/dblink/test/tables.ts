import type { PrintSettings, Table } from '../src/format/settings.ts';

/** A result that a query can make: text, or a type whose values stand as they are written. */
export interface QueriedTable {
  readonly table: Table;
  readonly sql: string;
}

const typeNames: Readonly<Record<number, string>> = {
  16: 'bool',
  23: 'int4',
  25: 'text',
  701: 'float8',
  1700: 'numeric',
};

/** A table, and the query whose result it is. */
export function queried(table: Table): QueriedTable {
  const { columns, rows } = table;
  const body =
    columns.length === 0 || rows.length === 0
      ? `generate_series(1, ${rows.length})`
      : `(values ${rows.map((row) => `(${row.map(literal).join(', ')})`).join(', ')}) as v(${columns.map((_column, index) => `c${index}`).join(', ')})`;
  const list = columns.map(({ name, typeOid }, index) => {
    const value = rows.length === 0 ? 'null' : `c${index}`;
    return `${value}::${typeNames[typeOid]} as ${identifier(name)}`;
  });
  return { table, sql: `select ${list.join(', ')} from ${body}` };
}

const escaped = (text: string, start: string): string =>
  Array.from(text, (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    if (/[A-Za-z0-9]/.test(character)) return character;
    return start === 'u'
      ? `\\U${codePoint.toString(16).padStart(8, '0')}`
      : `\\+${codePoint.toString(16).padStart(6, '0')}`;
  }).join('');

const literal = (value: string | null): string => (value === null ? 'null' : `E'${escaped(value, 'u')}'`);
const identifier = (name: string): string => `U&"${escaped(name, '+')}"`;

/** The commands that give psql these settings. */
export function psetCommands(settings: PrintSettings): string {
  const quote = (text: string): string =>
    `'${Array.from(text, (character) => (/[\w ]/.test(character) ? character : octal(character))).join('')}'`;
  return [
    `\\pset format ${settings.format}`,
    `\\pset expanded ${settings.expanded}`,
    `\\pset border ${settings.border}`,
    `\\pset linestyle ${settings.linestyle}`,
    `\\pset null ${quote(settings.null)}`,
    settings.fieldsep === '\0' ? '\\pset fieldsep_zero' : `\\pset fieldsep ${quote(settings.fieldsep)}`,
    settings.recordsep === '\0' ? '\\pset recordsep_zero' : `\\pset recordsep ${quote(settings.recordsep)}`,
    `\\pset csv_fieldsep ${quote(settings.csvFieldsep)}`,
    `\\pset tuples_only ${settings.tuplesOnly ? 'on' : 'off'}`,
    `\\pset footer ${settings.footer ? 'on' : 'off'}`,
    settings.title === undefined ? '\\pset title' : `\\pset title ${quote(settings.title)}`,
    `\\pset columns ${settings.columns ?? 0}`,
  ].join('\n');
}

const octal = (character: string): string =>
  Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
