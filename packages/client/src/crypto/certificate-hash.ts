/**
 * Which hash `tls-server-end-point` takes over a certificate: the one of its signature algorithm, with MD5 and SHA-1
 * raised to SHA-256 (RFC 5929, section 4.1). Signatures without a hash of their own (Ed25519 …) have none.
 */

/** Object identifiers as the bytes that follow tag and length in DER, in hexadecimal. */
const HASH_BY_SIGNATURE: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010104', 'sha256'], // md5WithRSAEncryption
  ['2a864886f70d010105', 'sha256'], // sha1WithRSAEncryption
  ['2a8648ce380403', 'sha256'], // dsa-with-sha1
  ['2a8648ce3d0401', 'sha256'], // ecdsa-with-SHA1
  ['2a864886f70d01010e', 'sha224'],
  ['2a864886f70d01010b', 'sha256'],
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a8648ce3d040301', 'sha224'],
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
  ['608648016503040301', 'sha224'], // dsa-with-sha224
  ['608648016503040302', 'sha256'],
  ['608648016503040309', 'sha3-224'], // ecdsa-with-sha3-224 …
  ['60864801650304030a', 'sha3-256'],
  ['60864801650304030b', 'sha3-384'],
  ['60864801650304030c', 'sha3-512'],
  ['60864801650304030d', 'sha3-224'], // rsassa-pkcs1-v1_5-with-sha3-224 …
  ['60864801650304030e', 'sha3-256'],
  ['60864801650304030f', 'sha3-384'],
  ['608648016503040310', 'sha3-512'],
]);

const RSASSA_PSS = '2a864886f70d01010a';

const HASH_BY_DIGEST: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d0205', 'sha256'], // md5
  ['2b0e03021a', 'sha256'], // sha1
  ['608648016503040204', 'sha224'],
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
  ['608648016503040207', 'sha3-224'],
  ['608648016503040208', 'sha3-256'],
  ['608648016503040209', 'sha3-384'],
  ['60864801650304020a', 'sha3-512'],
]);

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const CONTEXT_0 = 0xa0;

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Where the next element begins. */
  readonly end: number;
}

function readElement(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let length = first;
  let start = at + 2;
  if (first > 0x84 || first === 0x80) return undefined;
  if (first > 0x80) {
    length = 0;
    for (let rest = first - 0x80; rest > 0; rest--) length = length * 256 + (bytes[start++] ?? 0);
  }
  const end = start + length;
  return end > bytes.length ? undefined : { tag, content: bytes.subarray(start, end), end };
}

function readTagged(bytes: Uint8Array, at: number, tag: number): Element | undefined {
  const element = readElement(bytes, at);
  return element?.tag === tag ? element : undefined;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** RSASSA-PSS names its hash in its parameters; without one it is SHA-1, hence SHA-256 here. */
function pssHash(parameters: Uint8Array, at: number): string | undefined {
  const sequence = readTagged(parameters, at, SEQUENCE);
  const tagged = sequence && readTagged(sequence.content, 0, CONTEXT_0);
  if (tagged === undefined) return 'sha256';
  const algorithm = readTagged(tagged.content, 0, SEQUENCE);
  const identifier = algorithm && readTagged(algorithm.content, 0, OBJECT_IDENTIFIER);
  return identifier && HASH_BY_DIGEST.get(hex(identifier.content));
}

/**
 * The name, as OpenSSL spells it, of the hash for a certificate in DER; undefined when none is defined.
 * Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, parameters }, signature }.
 */
export function endPointHashName(certificate: Uint8Array): string | undefined {
  const outer = readTagged(certificate, 0, SEQUENCE);
  const signed = outer && readTagged(outer.content, 0, SEQUENCE);
  const algorithm = outer && signed && readTagged(outer.content, signed.end, SEQUENCE);
  const identifier = algorithm && readTagged(algorithm.content, 0, OBJECT_IDENTIFIER);
  if (algorithm === undefined || identifier === undefined) return undefined;
  const oid = hex(identifier.content);
  return oid === RSASSA_PSS ? pssHash(algorithm.content, identifier.end) : HASH_BY_SIGNATURE.get(oid);
}
