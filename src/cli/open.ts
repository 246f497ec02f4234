/**
 * The house without its doors, for commands that work on the database beside a running server: no port, no
 * loops, and the mapping files left alone, so that what runs stays what runs. What must never happen here: an
 * empty database made by somebody who only mistyped its path.
 */
import { existsSync } from 'node:fs';
import { integrations } from '../../integrations/index.ts';
import { type Bridge, makeBridge } from '../bridge.ts';
import { makeSources } from '../config/sources.ts';
import { type Env, type Environment, readEnvironment } from '../config.ts';
import type { Log } from '../core/ports.ts';
import type { ApiKeys, Records } from '../core/records.ts';
import type { Sources } from '../core/sources.ts';
import type { Store } from '../core/store.ts';
import { embedded } from '../issuers/embedded.ts';
import { clock, databaseFile, digest, random } from '../node.ts';
import { makeApiKeys } from '../store/api-keys.ts';
import type { Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { openFile } from '../store/open-file.ts';
import { makeRecords } from '../store/records.ts';
import { makeStore } from '../store/store.ts';
import { failed, failedBy, messageOf, type Outcome } from './outcome.ts';

/** Who the command line is, in timelines. */
export const ACTOR = 'command line';

export interface OpenLedger {
  readonly environment: Environment;
  readonly db: Database;
  readonly store: Store;
  readonly sources: Sources;
  readonly records: Records;
  readonly keys: ApiKeys;
  readonly bridge: Bridge;
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
      hint: 'Run this where Keyferry runs, with its KEYFERRY_DATABASE_URL; `npm start` makes a new database.',
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
    const store = makeStore(db, random);
    const sources = makeSources({ revisions: store.revisions, integrations, env, clock });
    const bridge = makeBridge({
      store,
      clock,
      random,
      digest,
      fetch,
      log,
      sources: sources.all,
      abilities: () => embedded,
      units_per_line: environment.maxUnitsPerLine,
    });
    const keys = makeApiKeys({ db, digest, random, clock });
    return await run({ environment, db, store, sources, records: makeRecords(db), keys, bridge });
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
