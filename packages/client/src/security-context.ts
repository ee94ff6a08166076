/** For whom a GSSAPI or SSPI security context is wanted (connection string parameters `krbsrvname`, `gssdelegation`). */
export interface SecurityContextRequest {
  /** What the server asked for: AuthenticationGSS or AuthenticationSSPI, which negotiates (SPNEGO). */
  readonly method: 'gss' | 'sspi';
  /** The server's host as the connection string names it; `hostaddr` does not count. */
  readonly host: string;
  /** `krbsrvname`: the service part of the server's principal, `postgres` unless told. */
  readonly service: string;
  /** The whole name: `service@host` as GSSAPI's host-based service name, `service/host` for SSPI. */
  readonly principal: string;
  /** `gssdelegation`: whether the server may act with the caller's credentials. */
  readonly delegate: boolean;
  /** `gsslib`, as given: on Windows libpq takes `gssapi` instead of SSPI when told so. */
  readonly library: string | undefined;
  /** The role to log in as. */
  readonly user: string;
}

/** What one step of a security context comes to. */
export type SecurityStep =
  /** The server must answer this token. */
  | { readonly state: 'continue'; readonly token: Uint8Array }
  /** The server has proved itself; a last token, if there is one, still goes out to it. */
  | { readonly state: 'established'; readonly token?: Uint8Array | undefined };

/**
 * One security context of GSSAPI (RFC 2743, `GSS_Init_sec_context`) or SSPI, made by the host of this package: Node has
 * neither. It must ask for mutual authentication.
 */
export interface SecurityContext {
  /** Takes the server's token, which is missing at first. Throw to give up. */
  step(token: Uint8Array | undefined): SecurityStep | Promise<SecurityStep>;
  /** The attempt to connect is over, well or not; called once. */
  close?(): void;
}

/**
 * Begins a security context. With the npm package `kerberos`, for one:
 *
 * @example
 * ```ts
 * const kerberosContext: SecurityContextSource = async ({ principal }) => {
 *   const client = await initializeClient(principal);
 *   return {
 *     async step(token) {
 *       const answer = await client.step(token === undefined ? '' : Buffer.from(token).toString('base64'));
 *       const bytes = Buffer.from(answer ?? '', 'base64');
 *       return { state: client.contextComplete ? 'established' : 'continue', token: bytes };
 *     },
 *   };
 * };
 * const connection = await connect('host=db.example user=alice', { securityContext: kerberosContext });
 * ```
 */
export type SecurityContextSource = (request: SecurityContextRequest) => SecurityContext | Promise<SecurityContext>;
