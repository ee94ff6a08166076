import type { FieldDescription } from '@pg-dblink/protocol';
import type { DecodeValue } from '../types/codec.ts';
import type { TypeRegistry } from '../types/registry.ts';
import { compileObjects, compileRows } from './compiled.ts';
import { arrayOf, interpretRows, objectsWith, type ReadRows } from './interpreted.ts';
import { lazyRows } from './lazy.ts';
import { rawRows } from './raw.ts';

/**
 * How rows are handed out: `object` by column name, `array` in column order, `raw` as the undecoded bytes of each
 * value in column order, `lazy` by column name with values that are decoded when they are read, each time anew.
 */
export type RowShape = 'object' | 'array' | 'raw' | 'lazy';

/** Code is generated for a row description once this many bytes of its rows have been read. */
const COMPILE_AFTER_BYTES = 32 * 1024;

/**
 * The readers of one connection's rows. A row description is the key: a prepared statement's reader is made once
 * however often it runs.
 */
export class RowReaders {
  readonly types: TypeRegistry;
  readonly #made: Readonly<Record<RowShape, WeakMap<readonly FieldDescription[], ReadRows>>> = {
    object: new WeakMap(),
    array: new WeakMap(),
    raw: new WeakMap(),
    lazy: new WeakMap(),
  };

  constructor(types: TypeRegistry) {
    this.types = types;
  }

  /** The reader of rows with these columns. */
  readerOf(fields: readonly FieldDescription[], shape: RowShape): ReadRows {
    const made = this.#made[shape];
    let reader = made.get(fields);
    if (reader === undefined) {
      reader = this.#make(fields, shape);
      made.set(fields, reader);
    }
    return reader;
  }

  #make(fields: readonly FieldDescription[], shape: RowShape): ReadRows {
    if (shape === 'raw') return rawRows(fields.length);
    const names = fields.map(({ name }) => name);
    const decoders = fields.map((field) => this.types.decoderFor(field));
    if (shape === 'lazy') return lazyRows(names, decoders);
    return compiledLater(shape === 'object' ? names : undefined, decoders);
  }
}

/** Interprets the first rows; generating code for a handful of them would cost more than it gains. */
function compiledLater(names: readonly string[] | undefined, decoders: readonly DecodeValue[]): ReadRows {
  let read = interpretRows(decoders, names === undefined ? arrayOf : objectsWith(names));
  let bytesUntilCompiled = COMPILE_AFTER_BYTES;
  return (bytes, start, end, accept) => {
    if (bytesUntilCompiled > 0) {
      bytesUntilCompiled -= end - start;
      if (bytesUntilCompiled <= 0) read = compiled(names, decoders) ?? read;
    }
    return read(bytes, start, end, accept);
  };
}

function compiled(names: readonly string[] | undefined, decoders: readonly DecodeValue[]): ReadRows | undefined {
  const read = compileRows(names, decoders);
  if (read !== undefined || names === undefined) return read;
  const makeObject = compileObjects(names);
  return makeObject && interpretRows(decoders, makeObject);
}
