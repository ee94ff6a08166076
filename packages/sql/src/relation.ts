/** One column of a relation, in physical order; a dropped one keeps its place. */
export interface RelationColumn {
  readonly name: string;
  readonly isDropped: boolean;
}

/**
 * A local relation as the builders need it: `schema` only when the relation is not visible in the search path, columns
 * in physical order (generated and identity columns are columns like others).
 */
export interface Relation {
  readonly schema?: string | undefined;
  readonly name: string;
  readonly columns: readonly RelationColumn[];
}

/** A row of a relation in the text form of its values; one value a physical column, dropped ones included. */
export type TextTuple = readonly (string | null)[];
