/** Ports from `low` to `high`, both included. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

const HIGHEST_PORT = 65_535;

/** Reads a port, or `low-high`; undefined for anything else. */
export function parsePortRange(text: string): PortRange | undefined {
  const [, lowText, highText = lowText] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [low, high] = [Number(lowText), Number(highText)];
  return low >= 1 && low <= high && high <= HIGHEST_PORT ? { low, high } : undefined;
}
