export type { TraceDetail } from './trace/line.ts';
export { type TraceOptions, Tracer } from './trace/tracer.ts';
