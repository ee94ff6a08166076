import { ConninfoError } from './errors.ts';
import type { ConninfoKeyword } from './options.generated.ts';
import { findOption } from './options.ts';
import { trimBlanks, utf8Length } from './text.ts';

/** One option that a section of a service file sets; `line` counts from 1. */
export interface ServiceEntry {
  readonly keyword: ConninfoKeyword;
  readonly value: string;
  readonly line: number;
}

/** The longest line that libpq's buffer takes, in bytes, its newline included. */
const MAX_LINE_BYTES = 1022;

/**
 * The options of one section of a connection service file, or `undefined` when the file has no such section.
 *
 * The first occurrence of a keyword is kept. Lines outside the section are not looked at; inside it there is no quoting
 * and nothing around the `=` is trimmed. `path` is for messages.
 *
 * @throws ConninfoError with libpq's message for a broken line in the section and for a line that is too long.
 * @see https://www.postgresql.org/docs/18/libpq-pgservice.html
 * @example
 * parseServiceFile('[reports]\nhost=db1\n', 'reports', '~/.pg_service.conf'); // [{ keyword: 'host', value: 'db1', line: 2 }]
 */
export function parseServiceFile(text: string, service: string, path: string): readonly ServiceEntry[] | undefined {
  let entries: Map<ConninfoKeyword, ServiceEntry> | undefined;
  let number = 0;
  for (const written of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    number += 1;
    if (utf8Length(written) > MAX_LINE_BYTES) {
      throw new ConninfoError('service-file-syntax', `line ${number} too long in service file "${path}"`);
    }
    const line = trimBlanks(written);
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (entries !== undefined) break;
      if (line.startsWith(`[${service}]`)) entries = new Map();
    } else if (entries !== undefined) {
      const entry = parseEntry(line, number, path);
      if (!entries.has(entry.keyword)) entries.set(entry.keyword, entry);
    }
  }
  return entries === undefined ? undefined : [...entries.values()];
}

function parseEntry(line: string, number: number, path: string): ServiceEntry {
  const equals = line.indexOf('=');
  const key = line.slice(0, Math.max(equals, 0));
  const where = `in service file "${path}", line ${number}`;
  if (equals >= 0 && key === 'service') {
    throw new ConninfoError('service-file-syntax', `nested service specifications not supported ${where}`, {
      keyword: 'service',
    });
  }
  const option = equals < 0 ? undefined : findOption(key);
  if (option === undefined) throw new ConninfoError('service-file-syntax', `syntax error ${where}`);
  return { keyword: option.keyword, value: line.slice(equals + 1), line: number };
}
