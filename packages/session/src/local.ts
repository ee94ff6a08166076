import type { CreatedView, CreateViewRequest } from '@pg-dblink/sql';

/** An option of a foreign-data wrapper, foreign server or user mapping, in catalog order. */
export interface ForeignOption {
  readonly name: string;
  readonly value: string;
}

/** A foreign server as the local catalogs have it for the current user. */
export interface ForeignServer {
  readonly wrapperOptions: readonly ForeignOption[];
  readonly serverOptions: readonly ForeignOption[];
  readonly userMappingOptions: readonly ForeignOption[];
}

/** What the local database answers; every member may be left out when there is no local database. */
export interface LocalDatabase {
  /** Whether the effective user is a superuser; without an answer the caller is trusted. */
  isSuperuser?(): boolean | Promise<boolean>;
  /**
   * The server of exactly that name (cut to 63 bytes) with the current user's mapping, or undefined when there is none.
   * Throws a DblinkError: 42704 without a user mapping, 42501 without USAGE.
   */
  foreignServer?(name: string): ForeignServer | undefined | Promise<ForeignServer | undefined>;
  /** Name of the local database's encoding; UTF8 unless it says otherwise. */
  databaseEncoding?(): string | Promise<string>;
  /** The relation's primary-key columns in index order (dblink_get_pkey). */
  primaryKey?(relation: string): Promise<readonly string[]>;
  /** The text of dblink_build_sql_insert, _update or _delete for the relation, made by the local look-ups. */
  buildSql?(request: BuildSqlRequest): Promise<string>;
  /** Creates a view over a remote query (dblink_create_view). */
  createView?(request: CreateViewRequest): Promise<CreatedView>;
}

/** The arguments of one of the dblink_build_sql functions. */
export interface BuildSqlRequest {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly relation: string;
  /** Attribute numbers, counted from 1 without dropped columns. */
  readonly keyAttributes: readonly number[];
  readonly keyCount: number;
  /** Key of the local row; not there for delete. */
  readonly sourceValues?: readonly (string | null)[];
  readonly targetValues: readonly (string | null)[];
}
