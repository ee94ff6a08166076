import { expect, it } from 'vitest';
import { authenticationHbaLines, authenticationRolesSql, hbaLines } from './host-based-authentication.ts';

it('puts what the caller adds before what decides for everybody', () => {
  const lines = hbaLines(['host all x all reject']);
  expect(lines[0]).toBe('host all x all reject');
  expect(lines.slice(1).every((line) => line.endsWith(' trust'))).toBe(true);
});

it('offers certificates over TLS only', () => {
  expect(authenticationHbaLines(true)).toContain('hostssl all cert_user all cert');
  expect(authenticationHbaLines(false).some((line) => line.includes('cert_user'))).toBe(false);
});

it('stores the md5 password as md5 and no other', () => {
  const sql = authenticationRolesSql();
  expect(sql).toMatch(/set password_encryption = 'md5'; create role md5_user .*; reset password_encryption;/);
  expect(sql.match(/password_encryption = 'md5'/g)).toHaveLength(1);
});
