/** The tables of SASLprep for whoever loads them only when a password needs them. */
export { saslprep } from './auth/saslprep.ts';
