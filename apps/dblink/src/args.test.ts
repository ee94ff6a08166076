import { expect, test } from 'vitest';
import { type Invocation, parseArguments, type RunOptions } from './args.ts';

function parse(...argv: string[]): { readonly invocation: Invocation; readonly out: string; readonly err: string } {
  let out = '';
  let err = '';
  const invocation = parseArguments(argv, '1.2.3', {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { invocation, out, err };
}

function runOptions(...argv: string[]): RunOptions {
  const { invocation, err } = parse(...argv);
  if (invocation.kind !== 'run') throw new Error(`not understood: ${err}`);
  return invocation.options;
}

test('commands and files keep their order', () => {
  expect(runOptions('-c', 'select 1', '-f', 'a.sql', '--command=select 2', '-f', '-').actions).toStrictEqual([
    { kind: 'command', text: 'select 1' },
    { kind: 'file', path: 'a.sql' },
    { kind: 'command', text: 'select 2' },
    { kind: 'file', path: '-' },
  ]);
});

test('letters go together as with psql', () => {
  const options = runOptions('-XqAtF', ';', '-c', 'select 1');
  expect(options.settings).toStrictEqual({ format: 'unaligned', tuplesOnly: true, fieldsep: ';' });
  expect(options.variables).toStrictEqual([['QUIET', 'on']]);
});

test('variables and printing options, set and unset', () => {
  const options = runOptions(
    '-v',
    'ON_ERROR_STOP=1',
    '--set',
    'a=b=c',
    '--variable',
    'gone',
    '-P',
    'border=2',
    '-P',
    'expanded',
  );
  expect(options.variables).toStrictEqual([
    ['ON_ERROR_STOP', '1'],
    ['a', 'b=c'],
    ['gone', undefined],
  ]);
  expect(options.printOptions).toStrictEqual([
    ['border', '2'],
    ['expanded', undefined],
  ]);
});

test.each([
  [['--csv'], { format: 'csv' }],
  [['--json'], { format: 'json' }],
  [['--ndjson'], { format: 'ndjson' }],
  [['-x'], { format: 'aligned', expanded: 'on' }],
  [['-A', '-R', ','], { format: 'unaligned', recordsep: ',' }],
  [['-A', '-z', '-0'], { format: 'unaligned', fieldsep: '\0', recordsep: '\0' }],
])('%j sets %j', (argv, settings) => {
  expect(runOptions(...argv).settings).toStrictEqual(settings);
});

test('the embedded database: in memory with the extension, unless said otherwise', () => {
  expect(runOptions().engine).toStrictEqual({
    dataDirectory: undefined,
    createExtension: true,
    allowLocalFiles: false,
    egress: undefined,
  });
  expect(runOptions('--data', 'd', '--no-extension', '--allow-local-files').engine).toStrictEqual({
    dataDirectory: 'd',
    createExtension: false,
    allowLocalFiles: true,
    egress: undefined,
  });
});

test('where connections may go', () => {
  const flags = ['--allow-host', 'a', '--allow-host', '*.b', '--allow-network', 'loopback', '--allow-port', '1-2'];
  const more = ['--allow-socket', '/run', '--refuse-network', '10.0.0.0/8'];
  const egress = {
    hosts: ['a', '*.b'],
    networks: ['loopback'],
    ports: ['1-2'],
    sockets: ['/run'],
    refusedNetworks: ['10.0.0.0/8'],
  };
  expect(runOptions(...flags, ...more).engine.egress).toStrictEqual(egress);
  expect(parse('serve', ...flags, ...more).invocation).toMatchObject({ kind: 'serve', engine: { egress } });
  expect(runOptions('--allow-port', '5432').engine.egress).toStrictEqual({ ports: ['5432'] });
});

test('serve', () => {
  expect(
    parse('serve', '--port', '6000', '--socket', '/run', '--wait-timeout', '1.5', '--data', 'd').invocation,
  ).toStrictEqual({
    kind: 'serve',
    options: {
      host: '127.0.0.1',
      port: 6000,
      socketDirectory: '/run',
      waitTimeoutMs: 1500,
      idleInTransactionTimeoutMs: 60_000,
    },
    engine: { dataDirectory: 'd', createExtension: true, allowLocalFiles: false, egress: undefined },
  });
});

test('conninfo', () => {
  expect(parse('conninfo', 'host=a', '--parse-only').invocation).toStrictEqual({
    kind: 'conninfo',
    options: { conninfo: 'host=a', parseOnly: true, ndjson: false },
  });
});

test.each([
  [['--nix'], "error: unknown option '--nix'"],
  [['-c'], "error: option '-c, --command <sql>' argument missing"],
  [
    ['--allow-network', 'db.example.com'],
    "error: option '--allow-network <cidr>' argument 'db.example.com' is invalid. \"db.example.com\" is no network",
  ],
  [['database'], 'error: too many arguments'],
  [['serve', '--port', '70000'], "error: option '--port <number>' argument '70000' is invalid. It is no port number."],
  [
    ['serve', '--wait-timeout', '-1'],
    "error: option '--wait-timeout <seconds>' argument '-1' is invalid. It is no number of seconds.",
  ],
])('%j is refused', (argv, message) => {
  const { invocation, err } = parse(...argv);
  expect(invocation).toStrictEqual({ kind: 'done', status: 1 });
  expect(err).toContain(`dblink: ${message}`);
  expect(err).toContain('dblink: hint: Try "dblink --help" for more information.');
});

test('help and version end well', () => {
  const help = parse('--help');
  expect(help.invocation).toStrictEqual({ kind: 'done', status: 0 });
  expect(help.out).toContain('Usage: dblink');
  expect(parse('-V').out).toBe('dblink 1.2.3\n');
});
