export {
  type Authority,
  type CertificateRequest,
  type Credential,
  createAuthority,
  createRevocationList,
  issueCertificate,
  type KeyKind,
} from './certificates/x509.ts';
export { type Cluster, type ClusterOptions, startCluster, stopAllClusters } from './cluster.ts';
export { authenticationUsers } from './host-based-authentication.ts';
export { availableVersions } from './installations.ts';
export {
  openSession,
  type ServerMessage,
  type SqlOutcome,
  type StatementResult,
  type SuperuserSession,
} from './superuser-session.ts';
export type { CredentialFiles, TlsFiles, TlsOptions } from './tls-files.ts';
export { clearWorkshop } from './workshop.ts';
