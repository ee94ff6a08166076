import type { Environment, ResolvedConninfo } from './resolve.ts';

/** Run-time parameters that only an environment variable sets. */
const ENVIRONMENT_PARAMETERS = [
  ['PGDATESTYLE', 'datestyle'],
  ['PGTZ', 'timezone'],
  ['PGGEQO', 'geqo'],
] as const;

/**
 * The parameters of the StartupMessage in the order in which libpq sends them.
 *
 * `client_encoding=auto` means the encoding of this process, which for JavaScript is UTF8.
 *
 * @see https://www.postgresql.org/docs/18/protocol-message-formats.html
 * @example
 * startupParameters(resolveConninfo(parseConninfo('user=u dbname=d'))); // [['user', 'u'], ['database', 'd']]
 */
export function startupParameters(
  { dbname, user, values }: ResolvedConninfo,
  environment: Environment = {},
): readonly (readonly [name: string, value: string])[] {
  const parameters: (readonly [string, string])[] = [['user', user]];
  if (dbname !== '') parameters.push(['database', dbname]);
  if (values.replication) parameters.push(['replication', values.replication]);
  if (values.options) parameters.push(['options', values.options]);
  // An empty application_name hides the fallback, too.
  const applicationName = values.application_name ?? values.fallback_application_name;
  if (applicationName) parameters.push(['application_name', applicationName]);
  const encoding = values.client_encoding === 'auto' ? 'UTF8' : values.client_encoding;
  if (encoding) parameters.push(['client_encoding', encoding]);
  for (const [variable, parameter] of ENVIRONMENT_PARAMETERS) {
    const value = environment[variable];
    if (value !== undefined && value.toLowerCase() !== 'default') parameters.push([parameter, value]);
  }
  return parameters;
}
