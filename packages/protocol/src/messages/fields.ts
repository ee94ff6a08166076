/**
 * A message as its encoder takes it: everything but the discriminating `type`, which may be there, so that a decoded
 * message can be encoded again as it is.
 */
export type Fields<M extends { readonly type: string }> = Omit<M, 'type'> & Partial<Pick<M, 'type'>>;

/** Format codes: 0 is the type's text form, 1 its binary form. */
export type FormatCode = number;
