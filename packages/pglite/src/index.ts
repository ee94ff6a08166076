export type { EgressPolicy } from '@pg-dblink/client/egress';
export { createControl, requestCancel, type SelfAddress, setSelfAddresses } from './bridge/control.ts';
export { type DblinkExtension, type DblinkOptions, dblink } from './setup.ts';
