import type { MessageJson } from './backend-json.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Whether a received message is what an expected line says. Lines are compared as JSON, so that spacing and escapes do
 * not matter; null and an empty array are the same, as Go writes either. Of errors and notices the fields that the line
 * gives are compared: files made for other runners give more or fewer of them.
 */
export function matchesLine(line: string, actual: MessageJson, shown: MessageJson): boolean {
  let expected: Json;
  try {
    expected = JSON.parse(line) as Json;
  } catch {
    return false;
  }
  if (actual.Type === 'NoticeResponse' && expected['Type'] === undefined) {
    return sameGiven({ ...expected, Type: 'NoticeResponse' }, actual);
  }
  if (actual.Type === 'ErrorResponse' || actual.Type === 'NoticeResponse') {
    const required: Json = shown['Message'] === undefined ? { Code: '' } : { Code: '', Message: '' };
    return Object.keys(required).every((key) => key in expected) && sameGiven(expected, { ...actual, ...shown });
  }
  return same(renamed(expected), renamed(shown));
}

/** pgproto3 of today spells one type name in two ways. */
function renamed(message: Json): Json {
  return message['Type'] === 'AuthenticationOK' ? { ...message, Type: 'AuthenticationOk' } : message;
}

function sameGiven(expected: Json, actual: Json): boolean {
  return Object.entries(expected).every(([key, value]) => {
    if (key === 'Line' || value === '' || value === 0 || value === null) return true;
    return same(value, actual[key]);
  });
}

function same(expected: unknown, actual: unknown): boolean {
  if (isEmpty(expected) && isEmpty(actual)) return true;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return expected.length === actual.length && expected.every((item, index) => same(item, actual[index]));
  }
  if (isObject(expected) && isObject(actual)) {
    if (isLossyText(expected, actual)) return true;
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].every((key) => same(expected[key], actual[key]));
  }
  return Object.is(expected, actual);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Go prints bytes that are no UTF-8 as text with replacement characters; ours are printed as binary. */
function isLossyText(expected: Json, actual: Json): boolean {
  const text = expected['text'];
  const binary = actual['binary'];
  if (typeof text !== 'string' || typeof binary !== 'string' || !text.includes('\ufffd')) return false;
  const letters = [...Buffer.from(binary, 'hex').toString('utf8')];
  return letters.join('').replaceAll(/\ufffd+/g, '\ufffd') === text.replaceAll(/\ufffd+/g, '\ufffd');
}
