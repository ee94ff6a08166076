export type { ConninfoErrorCode, ConninfoErrorDetails } from './errors.ts';
export { ConninfoError, isConninfoError } from './errors.ts';
export { formatConninfo, formatUri } from './format.ts';
export type { ConninfoHost } from './hosts.ts';
export { splitHosts } from './hosts.ts';
export type { IntegerKeyword } from './integers.ts';
export { parseInteger, parsePort } from './integers.ts';
export { findLocalFile, refuseLocalFiles } from './local-files.ts';
export type { ConninfoKeyword, ConninfoOption } from './options.generated.ts';
export { CONNINFO_OPTIONS } from './options.generated.ts';
export type { ConninfoOptions } from './options.ts';
export { findOption, isSecretOption } from './options.ts';
export type { ConninfoPair } from './pairs.ts';
export { parsePairs, readConninfo } from './pairs.ts';
export type { ParseOutcome } from './parse.ts';
export { parseConninfo, parseVerbatim } from './parse.ts';
export type { PassfileKey } from './passfile.ts';
export { findPassword, passfileKey } from './passfile.ts';
export { looksLikeConninfo, redactConninfo, redactOptions } from './redact.ts';
export type { ReportRow } from './report.ts';
export { parseOnlyLine, reportConninfo } from './report.ts';
export type { AuthMethod } from './require-auth.ts';
export { parseRequireAuth } from './require-auth.ts';
export type {
  ConninfoSources,
  Environment,
  OptionOrigin,
  ResolvedConninfo,
  ResolvedHost,
  ResolvedOption,
  ServiceFile,
} from './resolve.ts';
export { resolveConninfo, serviceRequest, withPassfile } from './resolve.ts';
export type { ServiceEntry } from './service-file.ts';
export { parseServiceFile } from './service-file.ts';
export type { ConninfoSettings, SslMode, TargetSessionAttrs, TlsVersion, WireVersion } from './settings.ts';
export { readSettings } from './settings.ts';
export { socketPath } from './socket-path.ts';
export { startupParameters } from './startup.ts';
export { isConninfoUri } from './uri.ts';
