import { ConninfoError } from './errors.ts';
import type { ConninfoKeyword } from './options.generated.ts';
import type { ConninfoOptions } from './options.ts';
import { type AuthMethod, parseRequireAuth } from './require-auth.ts';
import { decodeScramKey } from './scram-key.ts';

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
const CHANNEL_BINDINGS = ['disable', 'prefer', 'require'] as const;
const SSL_NEGOTIATIONS = ['postgres', 'direct'] as const;
const SSL_CERT_MODES = ['disable', 'allow', 'require'] as const;
const GSS_ENC_MODES = ['disable', 'prefer', 'require'] as const;
const SESSION_ATTRS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
const LOAD_BALANCINGS = ['disable', 'random'] as const;
const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** Values of `sslmode`, from the weakest to the strongest. */
export type SslMode = (typeof SSL_MODES)[number];
/** Values of `target_session_attrs`. */
export type TargetSessionAttrs = (typeof SESSION_ATTRS)[number];
/** TLS protocol versions, in libpq's spelling. */
export type TlsVersion = (typeof TLS_VERSIONS)[number];
/** Protocol versions that `min_protocol_version` and `max_protocol_version` can name; `latest` is 3.2. */
export type WireVersion = '3.0' | '3.2';

/** What the enumerated options mean, checked: every value is one that libpq accepts, and the combination is, too. */
export interface ConninfoSettings {
  readonly requireAuth: ReadonlySet<AuthMethod> | undefined;
  readonly channelBinding: (typeof CHANNEL_BINDINGS)[number];
  readonly sslMode: SslMode;
  readonly sslNegotiation: (typeof SSL_NEGOTIATIONS)[number];
  readonly sslMinProtocolVersion: TlsVersion | undefined;
  readonly sslMaxProtocolVersion: TlsVersion | undefined;
  readonly sslCertMode: (typeof SSL_CERT_MODES)[number];
  /** Whether to send the server's name in the TLS handshake (`sslsni`). */
  readonly sslSni: boolean;
  readonly targetSessionAttrs: TargetSessionAttrs;
  readonly scramClientKey: Uint8Array | undefined;
  readonly scramServerKey: Uint8Array | undefined;
  readonly loadBalanceHosts: (typeof LOAD_BALANCINGS)[number];
  readonly minProtocolVersion: WireVersion;
  readonly maxProtocolVersion: WireVersion;
}

/**
 * The checked meaning of completed options, in the order in which `connectOptions2` of libpq 18 checks them.
 *
 * As in a libpq without GSSAPI, `gssencmode=prefer` is taken and means `disable`. Integers are not looked at here: libpq
 * reads them while it connects, see {@link parseInteger}.
 *
 * @throws ConninfoError with libpq's message for the first option that fails.
 * @example
 * readSettings({ sslmode: 'require' }).sslMode; // 'require'
 */
export function readSettings(options: ConninfoOptions): ConninfoSettings {
  const requireAuth = parseRequireAuth(options.require_auth);
  const channelBinding = oneOf(options, 'channel_binding', CHANNEL_BINDINGS, 'prefer');
  const sslMode = oneOf(options, 'sslmode', SSL_MODES, 'prefer');
  const sslNegotiation = oneOf(options, 'sslnegotiation', SSL_NEGOTIATIONS, 'postgres');
  if (sslNegotiation === 'direct' && SSL_MODES.indexOf(sslMode) < SSL_MODES.indexOf('require')) {
    throw weakMode(sslMode, 'sslnegotiation=direct', '"require", "verify-ca", or "verify-full"');
  }
  if (options.sslrootcert === 'system' && sslMode !== 'verify-full') {
    throw weakMode(sslMode, 'sslrootcert=system', '"verify-full"');
  }
  const sslMinProtocolVersion = tlsVersion(options, 'ssl_min_protocol_version');
  const sslMaxProtocolVersion = tlsVersion(options, 'ssl_max_protocol_version');
  assertTlsRange(sslMinProtocolVersion, sslMaxProtocolVersion);
  const sslCertMode = oneOf(options, 'sslcertmode', SSL_CERT_MODES, 'allow');
  if (oneOf(options, 'gssencmode', GSS_ENC_MODES, 'disable') === 'require') {
    const message = 'gssencmode value "require" invalid when GSSAPI support is not compiled in';
    throw new ConninfoError('unsupported', message, { keyword: 'gssencmode' });
  }
  const targetSessionAttrs = oneOf(options, 'target_session_attrs', SESSION_ATTRS, 'any');
  const { scram_client_key: clientKey, scram_server_key: serverKey } = options;
  const scramClientKey = clientKey === undefined ? undefined : decodeScramKey(clientKey, 'client');
  const scramServerKey = serverKey === undefined ? undefined : decodeScramKey(serverKey, 'server');
  const loadBalanceHosts = oneOf(options, 'load_balance_hosts', LOAD_BALANCINGS, 'disable');
  return {
    requireAuth,
    channelBinding,
    sslMode,
    sslNegotiation,
    sslMinProtocolVersion,
    sslMaxProtocolVersion,
    sslCertMode,
    sslSni: options.sslsni?.startsWith('1') ?? true,
    targetSessionAttrs,
    scramClientKey,
    scramServerKey,
    loadBalanceHosts,
    ...wireVersions(options),
  };
}

function oneOf<const Value extends string>(
  options: ConninfoOptions,
  keyword: ConninfoKeyword,
  values: readonly Value[],
  whenUnset: NoInfer<Value>,
): Value {
  const given = options[keyword];
  if (given === undefined) return whenUnset;
  const value = values.find((candidate) => candidate === given);
  if (value === undefined) throw invalid(keyword, given);
  return value;
}

function invalid(keyword: ConninfoKeyword, value: string): ConninfoError {
  return new ConninfoError('invalid-value', `invalid ${keyword} value: "${value}"`, { keyword });
}

function weakMode(sslMode: SslMode, other: string, strong: string): ConninfoError {
  const message = `weak sslmode "${sslMode}" may not be used with ${other} (use ${strong})`;
  return new ConninfoError('conflict', message, { keyword: 'sslmode' });
}

/** TLS versions are compared without regard to case; empty means no bound. */
function tlsVersion(
  options: ConninfoOptions,
  keyword: 'ssl_min_protocol_version' | 'ssl_max_protocol_version',
): TlsVersion | undefined {
  const given = options[keyword];
  if (given === undefined || given === '') return undefined;
  const version = TLS_VERSIONS.find((candidate) => candidate.toLowerCase() === asciiLower(given));
  if (version === undefined) {
    throw new ConninfoError('invalid-value', `invalid "${keyword}" value: "${given}"`, { keyword });
  }
  return version;
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function assertTlsRange(min: TlsVersion | undefined, max: TlsVersion | undefined): void {
  if (min === undefined || max === undefined) return;
  if (TLS_VERSIONS.indexOf(min) > TLS_VERSIONS.indexOf(max)) {
    throw new ConninfoError('conflict', 'invalid SSL protocol version range', { keyword: 'ssl_max_protocol_version' });
  }
}

function wireVersions(options: ConninfoOptions): Pick<ConninfoSettings, 'minProtocolVersion' | 'maxProtocolVersion'> {
  const min = wireVersion(options, 'min_protocol_version') ?? '3.0';
  // libpq asks for 3.0 as long as servers and poolers before NegotiateProtocolVersion are about.
  const max = wireVersion(options, 'max_protocol_version') ?? min;
  if (min > max) {
    const message = '"min_protocol_version" is greater than "max_protocol_version"';
    throw new ConninfoError('conflict', message, { keyword: 'min_protocol_version' });
  }
  return { minProtocolVersion: min, maxProtocolVersion: max };
}

function wireVersion(
  options: ConninfoOptions,
  keyword: 'min_protocol_version' | 'max_protocol_version',
): WireVersion | undefined {
  const given = options[keyword];
  if (given === undefined || given === '3.0' || given === '3.2') return given;
  if (given === 'latest') return '3.2';
  throw invalid(keyword, given);
}
