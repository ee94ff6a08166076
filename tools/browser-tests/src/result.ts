/** What the page tells about the tests that it ran. */
export interface PageResult {
  /** The browser's own name and version. */
  readonly browser: string;
  readonly files: number;
  readonly passed: number;
  readonly skipped: number;
  /** Each with the test's name and the stack of its first error. */
  readonly failures: readonly string[];
}
