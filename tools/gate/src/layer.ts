/** What a layer of the gate came to. */
export interface LayerResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  /** Cases of hostile servers and broken streams within the tests that passed. */
  readonly proofCases?: number;
}

/** One layer of the gate: it runs to its end and counts. */
export interface Layer {
  readonly name: string;
  /** A layer that cannot run when an earlier one failed, such as the tests of a build. */
  readonly needs?: readonly string[];
  run(root: string): Promise<LayerResult>;
}
