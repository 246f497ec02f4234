/**
 * The house without its doors, for commands that work on the database beside a running server: no port, no
 * loops, and the mapping files left alone, so that what runs stays what runs. What must never happen here: an
 * empty database made by somebody who only mistyped its path.
 */
import { existsSync } from 'node:fs';
import { type Env, type Environment, readEnvironment } from '../config.ts';
import { COMMAND } from '../core/audit.ts';
import type { Log } from '../core/ports.ts';
import { type House, makeHouse } from '../house.ts';
import { clock, databaseFile, digest, openDatabase, random } from '../node.ts';
import type { Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { CALL, SERVE } from './called.ts';
import { failed, failedBy, messageOf, type Outcome } from './outcome.ts';

/** Who the command line is, in timelines and in the audit log. */
export const ACTOR = COMMAND;

export interface OpenLedger extends House {
  readonly environment: Environment;
  /** As people know it: the file, or the server's address. */
  readonly name: string;
}

export interface Located {
  readonly environment: Environment;
  /** Null: it is on a server. */
  readonly file: string | null;
  /** How people are told of it: the file, or the server's address. */
  readonly name: string;
}

/** @returns where the environment's database is, or how the command ends */
export function locateDatabase(env: Env, wants: 'existing' | 'any'): Located | Outcome {
  const read = readEnvironment(env);
  if (!read.ok) return failedBy(read.problem);
  const { databaseUrl } = read.value;
  const file = databaseFile(databaseUrl);
  if (wants === 'existing' && file !== null && !existsSync(file)) return missing(`${file} does not exist.`);
  return { environment: read.value, file, name: file ?? databaseUrl };
}

function missing(detail: string): Outcome {
  return failed({
    code: 'database_missing',
    title: 'There is no database yet',
    detail,
    hint: `Run this where Keyferry runs, with its KEYFERRY_DATABASE_URL; \`${SERVE}\` makes a new database.`,
  });
}

/** Opens the database, runs the command on it, closes it whatever happened. */
export async function withLedger(
  { env, log }: { readonly env: Env; readonly log: Log },
  wants: 'existing' | 'any',
  run: (ledger: OpenLedger) => Promise<Outcome>,
): Promise<Outcome> {
  const located = locateDatabase(env, wants);
  if ('exit' in located) return located;
  const { environment, file, name } = located;
  let db: Database;
  try {
    db = await openDatabase(environment);
  } catch (error) {
    return failed(unusable(name, error));
  }
  try {
    try {
      // Somebody's other database, at an address that was only mistyped, gets no tables of ours.
      if (wants === 'existing' && file === null && !(await hasTables(db)))
        return missing(`The database at ${name} has no tables of Keyferry.`);
      const migrated = await migrate(db, clock.now());
      if (!migrated.ok) return failedBy(migrated.problem);
    } catch (error) {
      return failed(unusable(name, error));
    }
    // Whoever serves beside this finds by itself what is due.
    const notify = () => {};
    const house = makeHouse({ db, env, environment, clock, random, digest, fetch, log, notify });
    return await run({ ...house, environment, name });
  } finally {
    await db.close();
  }
}

/** Whether somebody made our tables there. */
export async function hasTables(db: Database): Promise<boolean> {
  const found = await db.read(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'`);
  return found.length > 0;
}

/** @param name the file, or the server's address */
export function unusable(name: string, error: unknown) {
  const isFile = !/^(libsql|https?):/.test(name);
  return {
    code: 'database_unusable',
    title: 'The database cannot be opened',
    detail: `${name}: ${messageOf(error)}`,
    hint: isFile ? FILE_HINT : SERVER_HINT,
  };
}

const SERVER_HINT = `Look at KEYFERRY_DATABASE_URL and KEYFERRY_DATABASE_AUTH_TOKEN, and whether the server can be reached from here. \`${CALL} doctor\` looks closer.`;
const FILE_HINT = `Look at the permissions of the file and its folder, at the space on the disk, and whether the file is a Keyferry database. \`${CALL} doctor\` looks closer.`;
