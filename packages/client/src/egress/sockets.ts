/** Whether a socket's path is allowed. */
export type SocketRule = (path: string) => boolean;

/**
 * Reads a rule for Unix-domain sockets: a directory allows the sockets right in it, a socket's own path only that one.
 * Undefined for what is neither a path from the root nor an abstract name.
 *
 * Paths are compared as text: `.`, `..` and symbolic links would be followed by the kernel and not by us, so a path
 * that takes a detour is a different one.
 */
export function socketRule(entry: string): SocketRule | undefined {
  if (!/^(?:\/|@.)/.test(entry) || entry.includes('\0')) return undefined;
  const allowed = withoutDoubledSlashes(entry);
  return (path) => {
    const plain = withoutDoubledSlashes(path);
    const at = plain.lastIndexOf('/');
    return plain === allowed || (at >= 0 && plain.slice(0, at) === allowed.replace(/\/$/, ''));
  };
}

/** An abstract name is bytes, no path: every slash of it counts. */
function withoutDoubledSlashes(path: string): string {
  return path.startsWith('@') ? path : path.replace(/\/{2,}/g, '/');
}
