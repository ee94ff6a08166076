/** What the loop is told about one result, in the engine's memory; 4 bytes each. */
export const STATE = {
  store: 0,
  descriptor: 4,
  values: 8,
  nulls: 12,
  /** Number of columns, which is that of the fields of a row: dropped attributes have none. */
  columnCount: 16,
  columns: 20,
  rowContext: 24,
  /** Rows stored by the last run: written by the loop. */
  rows: 28,
  /** Number of dropped attributes before the first column. */
  skipped: 32,
  /** HeapTupleData for rows that are laid out here; 0 where tuplestore_putvalues has to. */
  tuple: 36,
  /** Where the data of such a row begins; there is room for its header in front. */
  data: 40,
  /** Offset of the data in a tuple with NULLs. */
  dataOffset: 44,
  /** What such a tuple has from its bitmap to its data, and the same of a row without NULLs. */
  bits: 48,
  noNulls: 52,
  byteLength: 56,
} as const;

/** A longer DataRow is not laid out here: its values would be copied once more. */
export const LONGEST_LAID_OUT: number = 8 * 1024;

/** What the loop is told about one column; 4 bytes each. */
export const COLUMN = {
  kind: 0,
  info: 4,
  typioparam: 8,
  typmod: 12,
  receiveCall: 16,
  stringInfo: 20,
  limit: 24,
  strict: 28,
  /** Eight bytes for a Datum that is passed by reference and has no room where its text lay. */
  scratch: 32,
  /** Number of attributes from this column to the next one: more than 1 where dropped ones lie between. */
  advance: 40,
  /** attlen, attbyval, attalignby and attispackable of its attribute. */
  length: 44,
  byValue: 48,
  alignBy: 52,
  packable: 56,
  byteLength: 64,
} as const;

/** How a column's fields become Datums; the numbers are the cases of the loop's branch table. */
export const KIND = {
  /** The type's input function (text format). */
  input: 0,
  /** The type's receive function (binary format). */
  receive: 1,

  // Binary format, laid out where it lies.
  int2: 2,
  int4: 3,
  bool: 4,
  int8: 5,
  timestamp: 6,
  interval: 7,
  fixed: 8,
  bytea: 9,
  date: 10,
  time: 11,

  // The same bytes in both formats.
  text: 12,

  // Text format: the spelling that output functions use is read here, any other by the input function.
  int2Text: 13,
  int4Text: 14,
  int8Text: 15,
  boolText: 16,
  float8Text: 17,
  dateText: 18,
  timestampText: 19,
  timestamptzText: 20,
} as const;

/** One of {@link KIND}. */
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Function numbers in the loop's module: imports first. */
export const FUNCTION = {
  putValues: 0,
  contextReset: 1,
  inputCall: 2,
  verifyMultibyte: 3,
  refuse: 4,
  putTuple: 5,
  verify: 6,
  viaInput: 7,
  viaReceive: 8,
  integerText: 9,
  floatText: 10,
  twoDigits: 11,
  dateText: 12,
  timestampText: 13,
  decimalQuotient: 14,
  appendVarlena: 15,
  appendDatum: 16,
  rowByValues: 17,
  rowByTuple: 18,
} as const;

/** Why the loop gives up; the host turns it into an error. */
export const REFUSAL = { frame: 0, columnCount: 1, field: 2, fieldLength: 3 } as const;
