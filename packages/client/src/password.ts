/** Where the password that the server was given came from. */
export type PasswordSource = 'conninfo' | 'service' | 'passfile' | 'environment' | 'callback';

/** For whom a password is wanted. */
export interface PasswordRequest {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly dbname: string;
  /** What the server asked for. */
  readonly method: 'password' | 'md5' | 'scram-sha-256';
}

/** A password and where it was found. */
export interface PasswordAnswer {
  readonly password: string;
  readonly source: PasswordSource;
}

/** For whom an OAuth bearer token is wanted (connection string parameters `oauth_…`). */
export interface OAuthRequest {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly scope: string | undefined;
}
