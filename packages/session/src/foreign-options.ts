import { CONNINFO_OPTIONS, isSecretOption } from '@pg-dblink/connstring';
import type { ForeignServer } from './local.ts';

/** The catalogs that may hold options of dblink_fdw. */
export type OptionContext = 'foreign server' | 'user mapping' | 'other';

/** Both servers of one cluster may take over the local session's SCRAM keys: not an option of libpq's. */
export const SCRAM_PASSTHROUGH = 'use_scram_passthrough';

/** The libpq options that the catalog may hold, in libpq's order (is_valid_dblink_option). */
export function validOptions(context: OptionContext): readonly string[] {
  if (context === 'other') return [];
  return CONNINFO_OPTIONS.filter(({ keyword, dispchar }) => {
    if (dispchar.startsWith('D') || keyword === 'client_encoding' || keyword.startsWith('oauth_')) return false;
    const personal = keyword === 'user' || isSecretOption(keyword);
    return personal === (context === 'user mapping');
  }).map(({ keyword }) => keyword);
}

/**
 * The connection string of a foreign server: server options, then those of the user mapping, each valid for its
 * catalog. No option is valid at the foreign-data wrapper.
 */
export function conninfoOf(server: ForeignServer): string {
  const atServer = new Set(validOptions('foreign server'));
  const atMapping = new Set(validOptions('user mapping'));
  const pairs = [
    ...server.serverOptions.filter(({ name }) => atServer.has(name)),
    ...server.userMappingOptions.filter(({ name }) => atMapping.has(name)),
  ];
  return pairs.map(({ name, value }) => `${name}='${value.replace(/[\\']/g, '\\$&')}' `).join('');
}

/**
 * Whether the server or, where it does not say, the user mapping asks for the local session's SCRAM keys to be passed
 * on. The C extension looks at the option only in a session that logged in with SCRAM.
 */
export function wantsScramKeys({ serverOptions, userMappingOptions }: ForeignServer): boolean {
  const option = [...serverOptions, ...userMappingOptions].find(({ name }) => name === SCRAM_PASSTHROUGH);
  return option !== undefined && /^(?:true|on)$/i.test(option.value);
}
