import fc from 'fast-check';

/** One question about precedence: a string, the environment, and the service files there are (null: no such file). */
export interface ResolveQuestion {
  readonly conninfo: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly files: { readonly '.pg_service.conf': string | null; readonly 'pg_service.conf': string | null };
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  user: ['u', '', 'v w'],
  dbname: ['d', '', 'host=/x'],
  host: ['/nx', '', '/nx,/ny'],
  hostaddr: [''],
  port: ['1', '1,2', '', '7'],
  sslmode: ['allow', 'require', 'verify-full', ''],
  sslrootcert: ['system', ''],
  application_name: ['a', ''],
  options: ['-c a=b', ''],
  password: ['p', ''],
  connect_timeout: ['5'],
  target_session_attrs: ['any', 'x'],
};
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PGUSER: 'user',
  PGDATABASE: 'dbname',
  PGHOST: 'host',
  PGPORT: 'port',
  PGSSLMODE: 'sslmode',
  PGSSLROOTCERT: 'sslrootcert',
  PGAPPNAME: 'application_name',
  PGOPTIONS: 'options',
  PGPASSWORD: 'password',
};

const valueFor = (keyword: string): fc.Arbitrary<string> => fc.constantFrom(...(VALUES[keyword] ?? ['']));
const setting = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((keyword) => fc.tuple(fc.constant(keyword), valueFor(keyword)));
const service = fc.constantFrom('a', 'b', 'zz', '');

const pair = fc.oneof(
  { arbitrary: setting, weight: 5 },
  service.map((name) => ['service', name] as const),
);
const conninfo = fc
  .array(pair, { maxLength: 4 })
  .map((pairs) => pairs.map(([name, value]) => `${name}='${value}'`).join(' '));

const line = fc.oneof(
  { arbitrary: setting.map(([name, value]) => `${name}=${value}`), weight: 12 },
  { arbitrary: fc.constantFrom('', '# x=y', '  port=7  ', '[a', '[b]junk', '[ a ]', 'host=/nx\r'), weight: 4 },
  fc.constantFrom('nonsense', 'service=b', 'port = 7', 'bogus=1', 'requiressl=1', '; x', `options=${'x'.repeat(1020)}`),
);
const file = fc
  .array(fc.oneof({ arbitrary: fc.constantFrom('[a]', '[b]', '[]'), weight: 1 }, { arbitrary: line, weight: 2 }), {
    maxLength: 8,
  })
  .chain((lines) => fc.constantFrom('\n', '').map((end) => ['[a]', ...lines].join('\n') + end));

const environment = fc
  .tuple(
    fc
      .subarray(Object.keys(ENVIRONMENT), { maxLength: 4 })
      .chain((names) =>
        fc.tuple(...names.map((name) => valueFor(ENVIRONMENT[name] ?? '').map((value) => [name, value] as const))),
      ),
    fc.record({ PGSERVICE: service, PGREQUIRESSL: fc.constantFrom('1', '0', '10', '') }, { requiredKeys: [] }),
    fc.record(
      {
        HOME: fc.constant('@'),
        PGSYSCONFDIR: fc.constant('@'),
        PGSERVICEFILE: fc.constantFrom('@/.pg_service.conf', '@/nofile'),
      },
      { requiredKeys: ['HOME', 'PGSYSCONFDIR'] },
    ),
  )
  .map(([variables, others, places]) => ({ ...Object.fromEntries(variables), ...others, ...places }));

/** Questions in which string, service files and environment contend for the same options. */
export const resolveQuestion: fc.Arbitrary<ResolveQuestion> = fc.record({
  conninfo,
  environment,
  files: fc.record({
    '.pg_service.conf': fc.option(file, { freq: 4 }),
    'pg_service.conf': fc.option(file, { freq: 4 }),
  }),
});
