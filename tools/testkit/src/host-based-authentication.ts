/**
 * The lines of pg_hba.conf that clusters start with: what the caller adds comes first, because the first match decides.
 */
export function hbaLines(extra: readonly string[]): readonly string[] {
  return [
    ...extra,
    'local all all trust',
    'host all all 127.0.0.1/32 trust',
    'host all all ::1/128 trust',
    // `all` is no word for replication, and a standby must come in.
    'local replication postgres trust',
  ];
}

/** Roles for every authentication method, named after it; `authenticationUsers` in ClusterOptions makes them. */
export const authenticationUsers = {
  trust: { user: 'trust_user', password: undefined },
  password: { user: 'password_user', password: 'cleartext secret' },
  md5: { user: 'md5_user', password: 'md5 secret' },
  'scram-sha-256': { user: 'scram_user', password: 'scram secret' },
  cert: { user: 'cert_user', password: undefined },
  reject: { user: 'reject_user', password: undefined },
} as const;

/** The hba lines that give each of `authenticationUsers` its method; `cert` exists over TLS only. */
export function authenticationHbaLines(tls: boolean): readonly string[] {
  return Object.entries(authenticationUsers).flatMap(([method, { user }]) =>
    method === 'cert'
      ? tls
        ? [`hostssl all ${user} all cert`]
        : []
      : [`local all ${user} ${method}`, `host all ${user} all ${method}`],
  );
}

/** The statements that make the roles. */
export function authenticationRolesSql(): string {
  return Object.entries(authenticationUsers)
    .map(([method, { user, password }]) => {
      const create = `create role ${user} login${password === undefined ? '' : ` password '${password}'`};`;
      // A role can answer an md5 challenge only when its password is stored that way.
      return method === 'md5' ? `set password_encryption = 'md5'; ${create} reset password_encryption;` : create;
    })
    .join('\n');
}
