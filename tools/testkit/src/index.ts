export {
  type Authority,
  type CertificateRequest,
  type Credential,
  createAuthority,
  createRevocationList,
  issueCertificate,
  type KeyKind,
} from './certificates/x509.ts';
export { type Chopping, type ChoppingOptions, type ChoppingProxy, startChoppingProxy } from './chopping-proxy.ts';
export { type Cluster, type ClusterOptions, startCluster, stopAllClusters } from './cluster.ts';
export type { Daemon } from './daemon.ts';
export { type FakeProcess, startFakeProcess } from './fake-process.ts';
export {
  answerError,
  answerRows,
  describeText,
  type FakeScript,
  type FakeStep,
  send,
  sendBytes,
  welcome,
} from './fake-script.ts';
export { type FakeServer, startFake } from './fake-server.ts';
export { findHaproxy, type Haproxy, type HaproxyBackend, type HaproxyOptions, startHaproxy } from './haproxy.ts';
export { authenticationUsers } from './host-based-authentication.ts';
export { availableVersions, findInstallation, findInstallations, type Installation } from './installations.ts';
export { findPgbouncer, type Pgbouncer, type PgbouncerOptions, startPgbouncer } from './pgbouncer.ts';
export {
  readOutcome,
  type ServerMessage,
  type SqlOutcome,
  type StatementResult,
} from './sql-outcome.ts';
export { type Standby, type StandbyOptions, startStandby } from './standby.ts';
export { openSession, type SuperuserSession } from './superuser-session.ts';
export type { CredentialFiles, TlsFiles, TlsOptions } from './tls-files.ts';
export { clearWorkshop } from './workshop.ts';
