import { PGlite as HighestPGlite } from '@electric-sql/pglite';
import { PGlite as LowestPGlite } from 'pglite-lowest';
import { defineExtension, type HostFunction } from '../src/index.ts';

// The versions differ in private members only.
const lowest = LowestPGlite as unknown as typeof HighestPGlite;

/** Both ends of the peer range; FMGR_PEER=lowest runs every test on the lower one. */
export const PEERS = { lowest, highest: HighestPGlite };
export type PGlite = HighestPGlite;
export const PGlite: typeof HighestPGlite = process.env['FMGR_PEER'] === 'lowest' ? lowest : HighestPGlite;

/** An SQL error as PGlite reports it. */
export interface RaisedError {
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly where: string | undefined;
}

export interface TestEngine {
  readonly pg: PGlite;
  /** First column of the rows of one statement. */
  values(sql: string): Promise<unknown[]>;
  /** The one value of one statement. */
  value(sql: string): Promise<unknown>;
  /** The error that a statement raises; fails when it raises none. */
  error(sql: string): Promise<RaisedError>;
  /** Messages below ERROR that a statement sends. */
  notices(sql: string): Promise<RaisedError[]>;
}

export interface HostedFunction {
  /** What stands between CREATE FUNCTION and AS. */
  readonly sql: string;
  /** Attributes after LANGUAGE C. */
  readonly attributes?: string;
  readonly body: HostFunction;
}

/** An extension named `hosted` with these functions, keyed by C symbol. */
export function hosted(functions: Readonly<Record<string, HostedFunction>>): ReturnType<typeof defineExtension> {
  const script = Object.entries(functions).map(
    ([symbol, { sql, attributes = 'STRICT' }]) =>
      `CREATE FUNCTION ${sql} AS 'MODULE_PATHNAME', '${symbol}' LANGUAGE C ${attributes};`,
  );
  return defineExtension({
    name: 'hosted',
    defaultVersion: '1.0',
    scripts: { 'hosted--1.0.sql': script.join('\n') },
    functions: Object.fromEntries(Object.entries(functions).map(([symbol, { body }]) => [symbol, body])),
  });
}

export function describeEngine(pg: PGlite): TestEngine {
  const values = async (sql: string): Promise<unknown[]> => {
    const { rows, fields } = await pg.query<Record<string, unknown>>(sql);
    return rows.map((row) => row[fields[0]?.name ?? '']);
  };
  const notices = async (sql: string): Promise<RaisedError[]> => {
    const seen: RaisedError[] = [];
    await pg.exec(sql, { onNotice: (notice) => seen.push(notice as unknown as RaisedError) });
    return seen;
  };
  return {
    pg,
    values,
    value: async (sql) => (await values(sql))[0],
    error: async (sql) => {
      try {
        await pg.exec(sql);
      } catch (error) {
        const { code, message, detail, hint, where } = error as RaisedError;
        return { code, message, detail, hint, where };
      }
      throw new Error(`no error from ${sql}`);
    },
    notices,
  };
}

/** A PGlite in memory with the functions installed. */
export async function openEngine(functions: Readonly<Record<string, HostedFunction>>): Promise<TestEngine> {
  const pg = await PGlite.create({ extensions: { hosted: hosted(functions) } });
  await pg.exec('CREATE EXTENSION hosted');
  return describeEngine(pg);
}
