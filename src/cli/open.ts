/**
 * The house without its doors, for commands that work on the database beside a running server: no port, no
 * loops, and the mapping files left alone, so that what runs stays what runs. What must never happen here: an
 * empty database made by somebody who only mistyped its path.
 */
import { existsSync } from 'node:fs';
import { type Env, type Environment, readEnvironment } from '../config.ts';
import type { Log } from '../core/ports.ts';
import { type House, makeHouse } from '../house.ts';
import { clock, databaseFile, digest, random } from '../node.ts';
import type { Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { openFile } from '../store/open-file.ts';
import { SERVE } from './called.ts';
import { failed, failedBy, messageOf, type Outcome } from './outcome.ts';

/** Who the command line is, in timelines. */
export const ACTOR = 'command line';

export interface OpenLedger extends House {
  readonly environment: Environment;
}

/** @returns the file of the environment's database, or how the command ends */
export function locateDatabase(
  env: Env,
  wants: 'existing' | 'any',
): { readonly environment: Environment; readonly file: string } | Outcome {
  const read = readEnvironment(env);
  if (!read.ok) return failedBy(read.problem);
  const file = databaseFile(read.value.databaseUrl);
  if (file === null) return failed(noFile, 2);
  if (wants === 'existing' && !existsSync(file)) {
    return failed({
      code: 'database_missing',
      title: 'There is no database yet',
      detail: `${file} does not exist.`,
      hint: `Run this where Keyferry runs, with its KEYFERRY_DATABASE_URL; \`${SERVE}\` makes a new database.`,
    });
  }
  return { environment: read.value, file };
}

const noFile = {
  code: 'config_invalid',
  title: 'The database is not a file',
  detail: 'KEYFERRY_DATABASE_URL names a server; this version runs on a file only.',
  hint: 'Write it like file:./data/keyferry.db.',
};

/** Opens the database, runs the command on it, closes it whatever happened. */
export async function withLedger(
  { env, log }: { readonly env: Env; readonly log: Log },
  wants: 'existing' | 'any',
  run: (ledger: OpenLedger) => Promise<Outcome>,
): Promise<Outcome> {
  const located = locateDatabase(env, wants);
  if ('exit' in located) return located;
  const { environment, file } = located;
  let db: Database;
  try {
    db = await openFile(file);
  } catch (error) {
    return failed(unusable(file, error));
  }
  try {
    await migrate(db, clock.now());
    // Whoever serves beside this finds by itself what is due.
    const notify = () => {};
    const house = makeHouse({ db, env, environment, clock, random, digest, fetch, log, notify });
    return await run({ ...house, environment });
  } finally {
    await db.close();
  }
}

export function unusable(file: string, error: unknown) {
  return {
    code: 'database_unusable',
    title: 'The database cannot be opened',
    detail: `${file}: ${messageOf(error)}`,
    hint: 'Look at the permissions of the file and its folder, at the space on the disk, and whether the file is a Keyferry database. `keyferry doctor` looks closer.',
  };
}
