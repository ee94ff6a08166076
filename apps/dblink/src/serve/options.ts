/** How the server in front of the embedded database listens, and how patient it is. */
export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** A directory for a Unix-domain socket as well. */
  readonly socketDirectory?: string;
  /** How long a client waits for the one before it; 0 refuses it at once. */
  readonly waitTimeoutMs: number;
  /** How long a transaction may stand still while another client waits. */
  readonly idleInTransactionTimeoutMs: number;
}
