/**
 * Whether a text is a numeric IPv4 or IPv6 address (the latter with or without a zone), as `hostaddr` must be: nothing
 * that a resolver would have to be asked for.
 */
export function isIpAddress(text: string): boolean {
  return isIpv4Address(text) || isIpv6Address(text.replace(/%[^%]+$/, ''));
}

function isIpv4Address(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** RFC 4291 section 2.2. */
function isIpv6Address(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const words = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = words.at(-1);
  const endsInIpv4 = last?.includes('.') === true && halves.at(-1) !== '';
  if (endsInIpv4 && !isIpv4Address(last ?? '')) return false;
  const hexadecimal = endsInIpv4 ? words.slice(0, -1) : words;
  if (!hexadecimal.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return false;
  const length = hexadecimal.length + (endsInIpv4 ? 2 : 0);
  return halves.length === 2 ? length <= 7 : length === 8;
}
