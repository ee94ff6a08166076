export { type Conversation, converse, type Notification, type QuerySink } from './engine/conversation.ts';
export {
  type Engine,
  EngineError,
  type EngineErrorCode,
  type EngineListener,
  type TransactionStatus,
} from './engine/engine.ts';
export { type EngineOptions, startEngine } from './engine/start.ts';
export { formatResult, printTable } from './format/print.ts';
export {
  DEFAULT_SETTINGS,
  type Emit,
  type OutputFormat,
  type PrintSettings,
  type Table,
  type TableColumn,
} from './format/settings.ts';
export { DEFAULT_MESSAGE_STYLE, formatMessage, type MessageStyle } from './run/message.ts';
export type { ServeOptions } from './serve/options.ts';
export { type RunningServer, startServer } from './serve/serve.ts';
