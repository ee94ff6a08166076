import { expect, test } from 'vitest';
import * as egress from './egress.ts';
import * as everywhere from './index.ts';
import * as node from './node.ts';
import * as door from './pg.ts';
import * as websocket from './websocket.ts';

// What is exported is promised: a name that comes or goes is seen here.
test('the names of the general entry', () => {
  expect(Object.keys(everywhere).sort()).toMatchInlineSnapshot(`
    [
      "AuthenticationError",
      "CancelError",
      "ClientError",
      "ConnectError",
      "Connection",
      "ConnectionLostError",
      "CopyBoth",
      "DISCARDING_SINK",
      "EgressError",
      "OsError",
      "Pipeline",
      "PipelineAbortedError",
      "PreparedStatement",
      "ScramKeyCache",
      "TimeoutError",
      "TlsError",
      "TypeRegistry",
      "UsageError",
      "arrayCodec",
      "compositeCodec",
      "connectResolved",
      "copyBodies",
      "dateCodecs",
      "egressRules",
      "formatLibpqMessage",
      "hstoreCodec",
      "intervalText",
      "isAuthenticationError",
      "isCancelError",
      "isConnectError",
      "isConnectionLostError",
      "isEgressError",
      "isPipelineAbortedError",
      "isServerError",
      "isTimeoutError",
      "isUsageError",
      "lowerBoundsOf",
      "multirangeCodec",
      "parseInterval",
      "rangeCodec",
      "readMessageFields",
      "textAt",
      "versionedTextCodec",
      "withLowerBounds",
    ]
  `);
});

test('the names of the other entries', () => {
  expect(Object.keys(egress).sort()).toEqual([
    'EgressError',
    'UsageError',
    'egressRules',
    'isEgressError',
    'isUsageError',
  ]);
  expect(Object.keys(node).sort()).toEqual(['REQUEST_CHANNEL', 'connect', 'resolveWithFiles']);
  expect(Object.keys(websocket).sort()).toEqual(['connect']);
  expect(Object.keys(door).sort()).toEqual([
    'Client',
    'DatabaseError',
    'Pool',
    'PoolClient',
    'TypeParsers',
    'builtins',
    'escapeIdentifier',
    'escapeLiteral',
  ]);
});
