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
export { clearWorkshop } from './workshop.ts';
