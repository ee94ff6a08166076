/** One thing a check found wrong; an empty list means that the check holds. */
export interface Finding {
  readonly file: string;
  readonly message: string;
}

/** A check of the tree: it reads files and changes none. */
export interface Check {
  readonly name: string;
  run(root: string): Promise<readonly Finding[]> | readonly Finding[];
}
