export { type EgressPolicy, type EgressRules, egressRules } from './egress/policy.ts';
export { EgressError, isEgressError, isUsageError, UsageError } from './errors.ts';
