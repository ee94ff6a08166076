import { expect, it } from 'vitest';
import { conninfoOf, validOptions } from './foreign-options.ts';
import { validateOptions } from './validator.ts';

const failure = (options: string[], context: 'foreign server' | 'user mapping' | 'other'): unknown => {
  try {
    validateOptions(options, context);
    return undefined;
  } catch (error) {
    return error;
  }
};

it('names the options of a server and of a user mapping as PostgreSQL 18 does', () => {
  expect(validOptions('user mapping')).toEqual(['user', 'password', 'sslpassword']);
  expect(validOptions('foreign server').join(' ')).toBe(
    'service passfile channel_binding connect_timeout dbname host hostaddr port options application_name ' +
      'fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout ' +
      'sslmode sslnegotiation sslcompression sslcert sslkey sslcertmode sslrootcert sslcrl sslcrldir sslsni ' +
      'requirepeer require_auth min_protocol_version max_protocol_version ssl_min_protocol_version ' +
      'ssl_max_protocol_version gssencmode krbsrvname gsslib gssdelegation target_session_attrs load_balance_hosts',
  );
  expect(validOptions('other')).toEqual([]);
});

it('accepts what is valid, and use_scram_passthrough everywhere', () => {
  expect(failure(['host=a', 'port=notanumber', 'use_scram_passthrough=x'], 'foreign server')).toBeUndefined();
  expect(failure(['user=a', 'password='], 'user mapping')).toBeUndefined();
  expect(failure(['use_scram_passthrough=true'], 'other')).toBeUndefined();
  expect(failure(['host'], 'foreign server')).toBeUndefined();
  expect(failure([], 'other')).toBeUndefined();
});

it.each([
  [['hos=x'], 'foreign server', 'hos', 'Perhaps you meant the option "host".'],
  [['usr=x'], 'user mapping', 'usr', 'Perhaps you meant the option "user".'],
  [['password=x'], 'foreign server', 'password', 'Perhaps you meant the option "passfile".'],
  [['user=x'], 'foreign server', 'user', undefined],
  [['zzzzzzzzzz=x'], 'foreign server', 'zzzzzzzzzz', undefined],
  [['client_encoding=x'], 'foreign server', 'client_encoding', undefined],
  [['scram_client_key=x'], 'user mapping', 'scram_client_key', undefined],
  [['host=x'], 'other', 'host', 'There are no valid options in this context.'],
] as const)('refuses %j in a %s', (options, context, name, hint) => {
  expect(failure([...options], context)).toMatchObject({
    sqlState: 'HV00J',
    message: `invalid option "${name}"`,
    hint,
  });
});

it('builds the connection string from what is valid where it stands', () => {
  const option = (name: string, value: string) => ({ name, value });
  expect(
    conninfoOf({
      wrapperOptions: [option('host', 'never')],
      serverOptions: [option('host', "o'brien \\ sons"), option('user', 'never'), option('bogus', 'never')],
      userMappingOptions: [option('user', 'u'), option('host', 'never'), option('password', 'p w')],
    }),
  ).toBe("host='o\\'brien \\\\ sons' user='u' password='p w' ");
});
