/** SASLprep for itself: its tables are large, and only a password beyond ASCII needs them. */
export { saslprep } from './auth/saslprep.ts';
