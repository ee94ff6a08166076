import fc from 'fast-check';
import { CONNINFO_OPTIONS } from '../src/options.generated.ts';

const KEYWORDS = [...CONNINFO_OPTIONS.map(({ keyword }) => keyword), 'requiressl', 'ssl', 'bogus', '__proto__', ''];
const MARKS = [...' \t\n\v\f\r\'"\\=%&?/@:,[]#+;.-1', 'a', 'Z', '\u00a0', '\ufeff', 'é', '中', '😀'];
const ESCAPES = ['%41', '%C3%A9', '%2C', '%20', '%00', '%ff', '%', '%4', '%4g', '%E4%B8%AD', '%c3'];

const keyword = fc.constantFrom(...KEYWORDS);
const mark = fc.constantFrom(...MARKS);
const encoded = fc.constantFrom(...ESCAPES);
const word = fc.string({
  unit: fc.oneof({ arbitrary: fc.constantFrom(...'abcXYZ019_.-'), weight: 6 }, mark),
  maxLength: 8,
});
const plain = fc.string({ unit: fc.constantFrom(...'abcXYZ019_.-'), maxLength: 6 });
const blank = fc.constantFrom('', '', '', ' ', '  ', '\t', '\n');

const bareOrQuoted = fc.oneof(
  plain,
  word,
  word.map((value) => `'${value.replaceAll(/[\\']/g, '\\$&')}'`),
  word.map((value) => `'${value}'`),
);

const pairs = fc
  .array(
    fc.tuple(keyword, blank, fc.constantFrom('=', '=', '=', ''), blank, bareOrQuoted, fc.constantFrom(' ', ' ', '')),
    {
      maxLength: 5,
    },
  )
  .map((all) => all.map((parts) => parts.join('')).join(''));

const component = fc.array(fc.oneof(plain, plain, word, encoded), { maxLength: 3 }).map((parts) => parts.join(''));
const host = fc.oneof(
  component,
  plain,
  plain.map((address) => `[${address}]`),
  fc.constant('[::1]'),
  fc.constant('%2Ftmp'),
);
const hostspec = fc
  .tuple(
    host,
    fc.oneof(
      fc.constant(''),
      plain.map((port) => `:${port}`),
    ),
  )
  .map((parts) => parts.join(''));
const parameter = fc
  .tuple(keyword, fc.constantFrom('=', '=', '=', '', '=='), fc.oneof(component, fc.constant('true')))
  .map((parts) => parts.join(''));

const uri = fc
  .tuple(
    fc.constantFrom('postgresql://', 'postgres://'),
    fc.oneof(
      fc.constant(''),
      component.map((user) => `${user}@`),
      fc.tuple(component, component).map(([u, p]) => `${u}:${p}@`),
    ),
    fc.array(hostspec, { maxLength: 3 }).map((all) => all.join(',')),
    fc.oneof(
      fc.constant(''),
      component.map((dbname) => `/${dbname}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.array(parameter, { maxLength: 3 }).map((all) => `?${all.join('&')}`),
    ),
  )
  .map((parts) => parts.join(''));

const soup = fc
  .array(fc.oneof(keyword, mark, encoded, fc.constantFrom('postgresql://', 'true', '=', "'")), { maxLength: 12 })
  .map((parts) => parts.join(''));

/** A text with a few marks put in, and a few of its characters taken out. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const cuts = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 1 }), fc.oneof(mark, encoded)), { maxLength: 3 });
  return fc.tuple(text, cuts).map(([whole, all]) =>
    all
      .reduce(
        (characters, [at, removed, put]) => {
          return [...characters.slice(0, at), put, ...characters.slice(at + removed)];
        },
        [...whole],
      )
      .join(''),
  );
}

/** Connection strings of both grammars: right ones, nearly right ones and soup. */
export const conninfoText: fc.Arbitrary<string> = fc.oneof(pairs, uri, damaged(pairs), damaged(uri), soup);

/** Options and values for them of which about one in six is wrong. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  host: ['/nx', '/nx,/ny', '/nx,', '@abs', ',', ''],
  hostaddr: ['', ','],
  port: ['1', '1,2', '', ',', '0', '65536', 'x', ' 7 ', '+8', '1,2,3', '99999999999'],
  require_auth: ['', 'none', 'md5', '!md5', 'md5,none', '!md5,!none', 'md5,md5', '!md5,gss', 'md5,!gss', 'x', '!', ','],
  channel_binding: ['disable', 'prefer', 'require', '', 'x'],
  sslmode: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'x'],
  sslnegotiation: ['postgres', 'postgres', 'direct', 'x'],
  sslrootcert: ['system', '', '/nx/root.crt'],
  ssl_min_protocol_version: ['', 'TLSv1', 'tlsv1.3', 'TLSv1.2', 'TLSv1.4'],
  ssl_max_protocol_version: ['', 'TLSv1.1', 'TLSv1.3', 'TLSV1.2', 'SSLv3'],
  sslcertmode: ['disable', 'allow', 'require', 'x'],
  gssencmode: ['disable', 'prefer', 'require', ''],
  target_session_attrs: ['any', 'read-write', 'standby', 'x'],
  scram_client_key: [`${'A'.repeat(43)}=`, 'AAAA', 'AA==', 'x', '', 'AA=='.repeat(2), 'A=A=', 'AA=A', 'AAA=AAAA'],
  scram_server_key: [`${'B'.repeat(42)}A=`, '!', 'AAAAAAAA'],
  load_balance_hosts: ['disable', 'disable', 'x'],
  min_protocol_version: ['3.0', '3.2', 'latest', '3.1'],
  max_protocol_version: ['3.0', '3.2', 'latest', ''],
  keepalives: ['0', 'x'],
  application_name: ['a'],
};

/** Conninfo strings with good and bad values that fail without a server: in the checks, or at a missing socket. */
export const optionSoup: fc.Arbitrary<string> = fc
  .subarray(
    Object.keys(VALUES).filter((name) => name !== 'host'),
    { maxLength: 4 },
  )
  .chain((names) =>
    fc.tuple(
      ...['host', ...names].map((name) =>
        fc.constantFrom(...(VALUES[name] ?? [])).map((value) => `${name}='${value}'`),
      ),
    ),
  )
  .map((pairs) => `user=u ${pairs.join(' ')}`);
