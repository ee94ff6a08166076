import { describe, expect, test } from 'vitest';
import {
  CONNINFO_OPTIONS,
  ConninfoError,
  findLocalFile,
  findOption,
  formatUri,
  isConninfoError,
  isSecretOption,
  parseConninfo,
  parseInteger,
  parseOnlyLine,
  parsePairs,
  parsePort,
  parseRequireAuth,
  readConninfo,
  readSettings,
  refuseLocalFiles,
  reportConninfo,
  resolveConninfo,
  serviceRequest,
  socketPath,
  splitHosts,
  withPassfile,
} from './index.ts';

describe('the option table', () => {
  test('is libpq 18.4 without GSSAPI', () => {
    expect(CONNINFO_OPTIONS.length).toBe(50);
    expect(findOption('gssencmode')?.compiled).toBe('disable');
    expect(findOption('toString')).toBeUndefined();
    expect(CONNINFO_OPTIONS.map(({ keyword }) => keyword).filter(isSecretOption)).toEqual([
      ...['password', 'sslpassword', 'replication', 'scram_client_key', 'scram_server_key'],
      ...['oauth_client_secret', 'sslkeylogfile'],
    ]);
  });
});

describe('errors', () => {
  test('are recognised by their brand, also those of another copy', () => {
    const other = { [Symbol.for('@pg-dblink/connstring.ConninfoError')]: true };
    expect([new ConninfoError('invalid-value', 'm'), other, new Error('m'), null, 'm'].map(isConninfoError)).toEqual([
      ...[true, true, false, false, false],
    ]);
  });

  test.each([
    ['port=1,2', 'port-count', 'port'],
    ['host=a hostaddr=1,2', 'host-count', 'hostaddr'],
    ['sslmode=x', 'invalid-value', 'sslmode'],
    ['sslnegotiation=direct', 'conflict', 'sslmode'],
    ['gssencmode=require', 'unsupported', 'gssencmode'],
    ['require_auth=x', 'invalid-value', 'require_auth'],
    ['scram_client_key=x', 'invalid-value', 'scram_client_key'],
    ['service=x', 'service-not-found', 'service'],
  ])('%s has code %s and keyword %s', (conninfo, code, keyword) => {
    expect(() => resolveConninfo(parseConninfo(conninfo), { osUser: 'u' })).toThrow(
      expect.objectContaining({ code, keyword }),
    );
  });

  test('without a user and without the name of the system user there is no connection', () => {
    expect(() => resolveConninfo({})).toThrow(expect.objectContaining({ code: 'no-user' }));
    expect(resolveConninfo({ user: 'u' }).user).toBe('u');
  });

  // The order in which libpq checks: each string has every later fault, too.
  test('the first of several faults is the one that libpq reports', () => {
    const faults = [
      ['host=a,b hostaddr=1', 'host names'],
      ['port=1,2,3', 'port numbers'],
      ['require_auth=x', 'require_auth'],
      ['channel_binding=x', 'channel_binding'],
      ['sslmode=x', 'sslmode'],
      ['sslnegotiation=x', 'sslnegotiation'],
      ['ssl_min_protocol_version=x', 'ssl_min'],
      ['ssl_max_protocol_version=x', 'ssl_max'],
      ['sslcertmode=x', 'sslcertmode'],
      ['gssencmode=x', 'gssencmode'],
      ['target_session_attrs=x', 'target_session_attrs'],
      ['scram_client_key=x', 'client key'],
      ['scram_server_key=x', 'server key'],
      ['load_balance_hosts=x', 'load_balance_hosts'],
      ['min_protocol_version=x', 'min_protocol_version'],
      ['max_protocol_version=x', 'max_protocol_version'],
    ] as const;
    for (const [at, [, word]] of faults.entries()) {
      const conninfo = faults
        .slice(at)
        .map(([text]) => text)
        .join(' ');
      expect(() => resolveConninfo(parseConninfo(conninfo), { osUser: 'u' })).toThrow(word);
    }
  });
});

describe('integers', () => {
  test.each([
    ['5', 5],
    [' \t\n\v\f\r+5 ', 5],
    ['-0', 0],
    ['2147483647', 2147483647],
    ['-2147483648', -2147483648],
    ['007', 7],
  ])('%j is %d', (text, value) => expect(parseInteger(text, 'connect_timeout')).toBe(value));

  test.each(['', ' ', '2147483648', '0x10', '1e3', '1.5', '\u00a01', '1_0', '٣'])('%j is none', (text) => {
    const message = `invalid integer value "${text}" for connection option "keepalives"`;
    expect(() => parseInteger(text, 'keepalives')).toThrow(
      expect.objectContaining({ code: 'invalid-integer', message }),
    );
  });

  test('ports', () => {
    expect([parsePort(''), parsePort('1'), parsePort('65535')]).toEqual([5432, 1, 65535]);
    for (const text of ['0', '-1', '65536']) {
      expect(() => parsePort(text)).toThrow(expect.objectContaining({ code: 'invalid-port' }));
    }
  });
});

describe('hosts', () => {
  test('without a socket directory the default is localhost', () => {
    expect(splitHosts({}, '')).toEqual([{ kind: 'name', host: 'localhost', hostaddr: '', port: '5432' }]);
    expect(splitHosts({}, '/run')).toEqual([{ kind: 'unix', host: '/run', hostaddr: '', port: '5432' }]);
  });

  test('an address keeps its name', () => {
    expect(splitHosts({ host: 'a,', hostaddr: '1.1.1.1,', port: ',7' }, '/run')).toEqual([
      { kind: 'address', host: 'a', hostaddr: '1.1.1.1', port: '5432' },
      { kind: 'unix', host: '/run', hostaddr: '', port: '7' },
    ]);
  });

  test('a socket path counts bytes', () => {
    expect(socketPath('é'.repeat(46), 5432)).toMatch(/é\/\.s\.PGSQL\.5432$/);
    const message = /^Unix-domain socket path ".*" is too long \(maximum 107 bytes\)$/;
    expect(() => socketPath('é'.repeat(48), 5432)).toThrow(message);
    expect(() => socketPath('/abc', 5432, 10)).toThrow(/maximum 10 bytes/);
  });
});

describe('settings', () => {
  test('defaults', () => {
    expect(readSettings({})).toMatchObject({
      sslMode: 'prefer',
      sslCertMode: 'allow',
      maxProtocolVersion: '3.0',
      sslSni: true,
    });
    expect(readSettings({ min_protocol_version: '3.2' }).maxProtocolVersion).toBe('3.2');
    expect(readSettings({ sslsni: 'true' }).sslSni).toBe(false);
    expect(readSettings({ ssl_min_protocol_version: 'tlsV1.3' }).sslMinProtocolVersion).toBe('TLSv1.3');
    expect(readSettings({ ssl_min_protocol_version: '' }).sslMinProtocolVersion).toBeUndefined();
  });

  test('require_auth is the set of methods that the server may use', () => {
    expect(parseRequireAuth('')).toBeUndefined();
    expect([...(parseRequireAuth('md5,none') ?? [])]).toEqual(['md5', 'none']);
    expect([...(parseRequireAuth('!password,!md5,!none') ?? [])]).toEqual(['gss', 'sspi', 'scram-sha-256', 'oauth']);
    expect(parseRequireAuth('!md5')?.has('none')).toBe(true);
  });

  test('SCRAM keys are 32 bytes', () => {
    const key = readSettings({ scram_client_key: `${'/'.repeat(42)}8=` }).scramClientKey;
    expect([...(key ?? [])]).toEqual(Array.from({ length: 32 }, () => 255));
    for (const bad of ['A', 'A=AA', 'A===', '====', 'AA==AAA', 'AAA*', 'AAA AAA=', 'AAAA\n']) {
      expect(() => readSettings({ scram_server_key: bad })).toThrow('invalid SCRAM server key');
    }
    for (const [key, byteLength] of [
      ['AA==', 1],
      ['AA=A', 1],
      ['AAA=AAAA', 4],
      ['', 0],
    ] as const) {
      const message = `invalid SCRAM server key length: ${byteLength}`;
      expect(() => readSettings({ scram_server_key: key })).toThrow(expect.objectContaining({ message }));
    }
  });
});

describe('objects', () => {
  test('are read as PQconnectdbParams reads its arrays', () => {
    expect({ ...readConninfo({ host: 'h', port: '', user: undefined, dbname: 'user=u port=7' }) }).toEqual({
      ...{ user: 'u', host: 'h', port: '7' },
    });
    expect({ ...readConninfo('host=h dbname=a=b') }).toEqual({ host: 'h', dbname: 'a=b' });
    expect(() => readConninfo({ hots: 'h' })).toThrow('invalid connection option "hots"');
    expect(() => parsePairs([['host', 'a\0b']])).toThrow('value of connection option "host" contains a zero byte');
  });
});

describe('local files', () => {
  test.each([
    ['host=h', undefined],
    ['service=', 'service'],
    ['passfile=', undefined],
    ['passfile=/x', 'passfile'],
    ['sslrootcert=system', undefined],
    ['sslrootcert=/x', 'sslrootcert'],
    ['sslcert=x', 'sslcert'],
    ['sslkey=x', 'sslkey'],
    ['sslcrl=x', 'sslcrl'],
    ['sslcrldir=x', 'sslcrldir'],
    ['sslkeylogfile=x', 'sslkeylogfile'],
  ])('%s names %s', (conninfo, keyword) => {
    const options = parseConninfo(conninfo);
    expect(findLocalFile(options)).toBe(keyword);
    if (keyword === undefined) expect(() => refuseLocalFiles(options)).not.toThrow();
    else expect(() => refuseLocalFiles(options)).toThrow(expect.objectContaining({ code: 'local-file', keyword }));
  });

  test('those that the host lists may be named, letter by letter; a service never', () => {
    const allowed = ['/etc/app/ca.pem', 'shop'];
    expect(findLocalFile(parseConninfo('sslrootcert=/etc/app/ca.pem'), allowed)).toBeUndefined();
    expect(findLocalFile(parseConninfo('sslrootcert=/etc/app/../app/ca.pem'), allowed)).toBe('sslrootcert');
    expect(findLocalFile(parseConninfo('sslrootcert=/etc/app/ca.pem sslkey=/etc/app/key'), allowed)).toBe('sslkey');
    expect(findLocalFile(parseConninfo('service=shop'), allowed)).toBe('service');
    expect(() => refuseLocalFiles(parseConninfo('sslrootcert=/etc/app/ca.pem'), allowed)).not.toThrow();
  });
});

describe('reports', () => {
  test('say where each value came from', () => {
    const resolved = resolveConninfo(parseConninfo('service=s host=a,b'), {
      environment: { PGPORT: '7', PGSERVICE: 'other', PGPASSWORD: '' },
      serviceFiles: [
        { path: 'mine', text: undefined, isRequired: false },
        { path: 'ours', text: '[s]\nuser=u\nhost=ignored\n', isRequired: false },
      ],
      defaultPassfile: '.pgpass',
    });
    expect(serviceRequest({}, { PGSERVICE: 'other' })).toBe('other');
    const rows = reportConninfo(withPassfile(resolved, 'b:7:u:u:p\n'));
    expect(rows.map((row) => Object.values(row).join('|'))).toEqual(
      expect.arrayContaining([
        'service|s|string',
        'user|u|service file ours',
        'password||environment PGPASSWORD',
        'dbname|u|default (user)',
        'host|a,b|string',
        'port|7|environment PGPORT',
        'sslmode|prefer|default',
        'password|***|passfile .pgpass for b:7',
      ]),
    );
  });

  test('parse-only lines are JSON in and JSON out', () => {
    expect(parseOnlyLine('"host=h password=p"')).toBe('{"options":{"password":"p","host":"h"}}');
    expect(parseOnlyLine('"password=my secret"')).toBe(
      '{"error":"missing \\"=\\" after \\"secret\\" in connection info string"}',
    );
    for (const line of ['', '{', '1', 'null', '["a"]']) {
      expect(parseOnlyLine(line)).toBe('{"error":"line is not a JSON-encoded string"}');
    }
  });
});

describe('formatUri', () => {
  test.each([
    [{}, 'postgresql://'],
    [{ host: '/tmp', dbname: 'd' }, 'postgresql://%2Ftmp/d'],
    [{ host: 'a,b' }, 'postgresql://?host=a%2Cb'],
    [{ host: 'a,b', port: '1,2' }, 'postgresql://a:1,b:2'],
    [{ host: 'a,b', port: '1' }, 'postgresql://?host=a%2Cb&port=1'],
    [{ host: 'fe80::1%eth0' }, 'postgresql://[fe80::1%25eth0]'],
    [{ port: '1' }, 'postgresql://:1'],
    [{ host: '', user: '' }, 'postgresql://?user=&host='],
    [{ password: 'p' }, 'postgresql://:p@'],
    [{ dbname: "a b'/?" }, 'postgresql:///a%20b%27%2F%3F'],
  ])('%j', (options, expected) => expect(formatUri(options)).toBe(expected));
});
