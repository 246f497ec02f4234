/**
 * `keyferry migrate`: brings the database to this version's tables, before a deployment or for a Worker. What must
 * never happen here: anything but what `serve` would do when it starts.
 */
import { readEnvironment } from '../config.ts';
import { clock, openDatabase } from '../node.ts';
import type { Database } from '../store/database.ts';
import { migrate, SCHEMA_VERSION } from '../store/migrate.ts';
import { databaseFaults } from './database-place.ts';
import { locateDatabase, unusable } from './open.ts';
import { done, failed, failedBy, type Outcome, troubleOf } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './text.ts';

export async function migrateDatabase({ env }: Terminal): Promise<Outcome> {
  const errors = databaseFaults(env);
  if (readEnvironment(env).ok && errors.length > 0)
    return failed({ ...troubleOf({ code: 'config_invalid', detail: '' }), errors }, 2);
  const located = locateDatabase(env, 'any');
  if ('exit' in located) return located;
  const { environment, name } = located;
  let db: Database | null = null;
  try {
    db = await openDatabase(environment);
    const migrated = await migrate(db, clock.now());
    if (!migrated.ok) return failedBy(migrated.problem);
    const applied = migrated.value;
    const text =
      applied.length === 0
        ? `${name} has the tables of this version already (${SCHEMA_VERSION}).`
        : `${name}: ${counted(applied.length, 'migration')} applied (${applied.join(', ')}).`;
    return done({ database: name, applied, schema: SCHEMA_VERSION }, text);
  } catch (error) {
    return failed(unusable(name, error));
  } finally {
    await db?.close();
  }
}
