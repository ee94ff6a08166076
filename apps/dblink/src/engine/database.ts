import { type Extension, PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { dblink } from '@pg-dblink/pglite';
import { decodeParameterStatus, encodeStartupMessage, PROTOCOL_3_0, Writer } from '@pg-dblink/protocol';
import { guardClientEncoding } from './encoding-guard.ts';
import { type InstanceAccess, instanceAccess } from './instance.ts';
import type { EngineWorkerData } from './link.ts';
import { templateInMemory } from './template.ts';

/** An embedded PostgreSQL that has started. */
export interface Database {
  readonly pg: PGlite;
  readonly access: InstanceAccess;
  /** What the server reports at start-up, in its order. */
  readonly parameters: readonly (readonly [string, string])[];
}

/** Starts PGlite, guards it, and creates the extension. */
export async function openDatabase(settings: EngineWorkerData): Promise<Database> {
  const access = instanceAccess();
  const template = settings.template === undefined ? {} : templateInMemory(settings.template, PGlite.paths.PGDATA);
  const extensions: NonNullable<PGliteOptions['extensions']> = { ...access.extensions, ...template };
  const { extension } = settings;
  if (extension !== undefined) {
    const { control, allowLocalFiles, egress, environment } = extension;
    const policy = egress === undefined ? {} : { egress };
    extensions['dblink'] = dblink({ control, allowLocalFiles, environment, ...policy }) as Extension;
  }
  const options: PGliteOptions = { extensions };
  if (settings.dataDirectory !== undefined) options.dataDir = settings.dataDirectory;
  const pg = await PGlite.create(options);
  await guardClientEncoding(pg, access.table());
  if (extension?.create === true) await pg.exec('create extension if not exists dblink');
  const parameters = readParameters(await pg.execProtocolRaw(startupMessage()));
  return { pg, access, parameters };
}

/** Asks for the report of parameters, and for reports of changes from then on. */
function startupMessage(): Uint8Array {
  const writer = new Writer();
  const parameters = new Map([
    ['user', 'postgres'],
    ['database', 'postgres'],
  ]);
  encodeStartupMessage(writer, { protocolVersion: PROTOCOL_3_0, parameters });
  return writer.take();
}

function readParameters(bytes: Uint8Array): (readonly [string, string])[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parameters: (readonly [string, string])[] = [];
  for (let at = 0; at < bytes.byteLength; at += 1 + view.getInt32(at + 1)) {
    if (bytes[at] !== 'S'.charCodeAt(0)) continue;
    const { name, value } = decodeParameterStatus({ bytes, start: at + 5, end: at + 1 + view.getInt32(at + 1) });
    // The engine knows no session user name of its own.
    parameters.push([name, name === 'session_authorization' && value === '' ? 'postgres' : value]);
  }
  return parameters;
}
