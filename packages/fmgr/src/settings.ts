import { GUC } from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { withCString } from './memory.ts';

/**
 * The value of a setting as text (GetConfigOption, without unit); undefined when there is no such setting.
 *
 * @example
 * ```ts
 * setting(call.engine, 'client_encoding'); // 'UTF8'
 * ```
 */
export function setting(engine: Engine, name: string): string | undefined {
  const { functions, heap } = engine;
  return withCString(engine, name, (at) => {
    const value = functions.GetConfigOption(at, 1, 0);
    return value === 0 ? undefined : heap.cString(value);
  });
}

/**
 * Runs a body with other values of settings, put back when it returns and when it throws; a setting that has the value
 * already is left alone (dblink.c applyRemoteGucs and restoreLocalGucs).
 *
 * @example
 * ```ts
 * withSettings(call.engine, { DateStyle: 'SQL, DMY' }, () => setting(call.engine, 'DateStyle')); // 'SQL, DMY'
 * ```
 */
export function withSettings<T>(engine: Engine, values: Readonly<Record<string, string>>, body: () => T): T {
  const { functions } = engine;
  const changes = Object.entries(values).filter(([name, value]) => setting(engine, name) !== value);
  if (changes.length === 0) return body();
  const level = functions.NewGUCNestLevel();
  try {
    for (const [name, value] of changes) {
      withCString(engine, name, (nameAt) =>
        withCString(engine, value, (valueAt) =>
          functions.set_config_option(nameAt, valueAt, GUC.userset, GUC.sourceSession, GUC.actionSave, 1, 0, 0),
        ),
      );
    }
    const result = body();
    functions.AtEOXact_GUC(1, level);
    return result;
  } catch (exception) {
    // After an error of the engine the (sub)transaction's abort does this; an exception of the body must not keep them.
    if (!engine.unwinding.isOurs(exception)) functions.AtEOXact_GUC(0, level);
    throw exception;
  }
}
