/**
 * The type bytes of the messages that a server sends, by the manual's names.
 *
 * @example
 * ```ts
 * String.fromCharCode(BackendTag.ReadyForQuery); // 'Z'
 * ```
 */
export const BackendTag = {
  Authentication: 0x52, // R
  NegotiateProtocolVersion: 0x76, // v
  BackendKeyData: 0x4b, // K
  ParameterStatus: 0x53, // S
  ReadyForQuery: 0x5a, // Z
  RowDescription: 0x54, // T
  DataRow: 0x44, // D
  CommandComplete: 0x43, // C
  EmptyQueryResponse: 0x49, // I
  ErrorResponse: 0x45, // E
  NoticeResponse: 0x4e, // N
  NotificationResponse: 0x41, // A
  ParseComplete: 0x31, // 1
  BindComplete: 0x32, // 2
  CloseComplete: 0x33, // 3
  NoData: 0x6e, // n
  PortalSuspended: 0x73, // s
  ParameterDescription: 0x74, // t
  CopyInResponse: 0x47, // G
  CopyOutResponse: 0x48, // H
  CopyBothResponse: 0x57, // W
  CopyData: 0x64, // d
  CopyDone: 0x63, // c
  FunctionCallResponse: 0x56, // V
} as const;

/**
 * The type bytes of the messages that a client sends, by the manual's names.
 *
 * @example
 * ```ts
 * String.fromCharCode(FrontendTag.Query); // 'Q'
 * ```
 */
export const FrontendTag = {
  /** PasswordMessage, SASLInitialResponse, SASLResponse and GSSResponse: the dialogue tells which. */
  Authentication: 0x70, // p
  Query: 0x51, // Q
  Parse: 0x50, // P
  Bind: 0x42, // B
  Describe: 0x44, // D
  Execute: 0x45, // E
  Close: 0x43, // C
  Sync: 0x53, // S
  Flush: 0x48, // H
  FunctionCall: 0x46, // F
  CopyData: 0x64, // d
  CopyDone: 0x63, // c
  CopyFail: 0x66, // f
  Terminate: 0x58, // X
} as const;

/**
 * The request codes that stand where a StartupMessage has its version.
 *
 * @example
 * ```ts
 * RequestCode.SSLRequest; // 80877103
 * ```
 */
export const RequestCode = {
  CancelRequest: 80877102,
  SSLRequest: 80877103,
  GSSENCRequest: 80877104,
} as const;

/** The name of a message whose type byte is known, as the manual spells it. */
export type MessageType =
  | keyof typeof BackendTag
  | keyof typeof FrontendTag
  | keyof typeof RequestCode
  | 'StartupMessage'
  | 'PasswordMessage'
  | 'SASLInitialResponse'
  | 'SASLResponse'
  | 'GSSResponse';

const backendNames: ReadonlyMap<number, keyof typeof BackendTag> = new Map(
  (Object.keys(BackendTag) as (keyof typeof BackendTag)[]).map((name) => [BackendTag[name], name]),
);

const frontendNames: ReadonlyMap<number, keyof typeof FrontendTag> = new Map(
  (Object.keys(FrontendTag) as (keyof typeof FrontendTag)[]).map((name) => [FrontendTag[name], name]),
);

/**
 * The name of the backend message with this type byte; undefined when there is none.
 *
 * @example
 * ```ts
 * backendMessageName(0x5a); // 'ReadyForQuery'
 * ```
 */
export function backendMessageName(tag: number): keyof typeof BackendTag | undefined {
  return backendNames.get(tag);
}

/**
 * The name of the frontend message with this type byte; undefined when there is none.
 *
 * @example
 * ```ts
 * frontendMessageName(0x51); // 'Query'
 * ```
 */
export function frontendMessageName(tag: number): keyof typeof FrontendTag | undefined {
  return frontendNames.get(tag);
}

/** The type byte of a backend message as the character that libpq's texts show. */
export function tagCharacter(type: MessageType): string {
  const tag: number | undefined = (BackendTag as Readonly<Record<string, number>>)[type];
  return tag === undefined ? type : String.fromCharCode(tag);
}
