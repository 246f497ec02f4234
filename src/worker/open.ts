/**
 * Puts the house together for one invocation: its database, its bindings as an environment, the bundled mapping
 * files taken as revisions. What must never happen here: a promise that two invocations share, since Workers
 * end it with the one that made it; the memory of an isolate holds plain values alone.
 */
import { emptyMemory } from '../config/sources.ts';
import { type Env, type Environment, readEnvironment, type WrittenFile } from '../config.ts';
import type { Clock, Log } from '../core/ports.ts';
import { loggedError, ok, type PlacedError, problem, type Result } from '../core/problem.ts';
import { silenceMemory } from '../core/silence.ts';
import { type House, type HouseMemory, makeHouse } from '../house.ts';
import type { Database } from '../store/database.ts';
import { checkTables } from '../store/migrate.ts';
import { openD1 } from '../store/open-d1.ts';
import { openRemote } from '../store/open-remote.ts';
import { ask, type Bindings, digest, random } from './platform.ts';
import { makeTally, type Tally } from './tally.ts';

/**
 * Events, and orders, of one round. Each takes about twenty statements, so that a round that begins within
 * QUERIES (work.ts) ends within the thousand that D1 allows to an invocation.
 */
const CLAIM_COUNT = 8;
/** How old the sources of walk one may be, in ms: to ask each time is a way to the database for each webhook. */
const SOURCES_MS = 1_000;

/** What an isolate keeps from one invocation to the next, of one set of bindings. */
interface Memory {
  readonly house: HouseMemory;
  /** The bindings as they were read. */
  bindings: Result<Read> | null;
  /** The tables were found, and the mapping files taken. */
  ready: boolean;
}

interface Read {
  readonly env: Env;
  readonly environment: Environment;
}

/**
 * The memories of an isolate: a deployment that changes nothing but a secret may leave it running, with other
 * bindings from then on.
 */
export type Memories = WeakMap<Bindings, Memory>;

function memoryOf(memories: Memories, bindings: Bindings): Memory {
  const known = memories.get(bindings);
  if (known) return known;
  const memory = {
    house: {
      sources: emptyMemory(),
      noted_at: new Map(),
      buckets: new Map(),
      breakers: new Map(),
      silences: silenceMemory(),
      looked: { at: 0 },
    },
    bindings: null,
    ready: false,
  };
  memories.set(bindings, memory);
  return memory;
}

export interface OpenHouse extends House {
  readonly environment: Environment;
  readonly tally: Tally;
}

export interface Opening {
  readonly bindings: Bindings;
  readonly memories: Memories;
  readonly clock: Clock;
  readonly files: readonly WrittenFile[];
  readonly log: Log;
  notify(): void;
}

/** @returns what is wrong with the bindings, or with the tables of the database; it is looked at again next time */
export async function open(opening: Opening): Promise<Result<OpenHouse>> {
  const { bindings, memories, clock, log, notify } = opening;
  const memory = memoryOf(memories, bindings);
  memory.bindings ??= readBindings(bindings, log);
  if (!memory.bindings.ok) return memory.bindings;
  const { env, environment } = memory.bindings.value;
  const tally = makeTally(openDatabase(bindings, environment, clock));
  const house = makeHouse({
    db: tally.db,
    env,
    environment,
    clock,
    random,
    digest,
    fetch: ask,
    log,
    notify,
    claimCount: CLAIM_COUNT,
    sourcesMs: SOURCES_MS,
    memory: memory.house,
  });
  if (!memory.ready) {
    const tables = await checkTables(tally.db);
    if (!tables.ok) return tables;
    memory.ready = await takeFiles(house, opening);
  }
  return ok({ ...house, environment, tally });
}

/** @returns whether all were taken; if others kept changing the same sources, the next invocation tries again */
async function takeFiles(house: House, { files, bindings, log }: Opening): Promise<boolean> {
  // An isolate of the version before may start after this one: it must not bring its own files back.
  const uploadedAt = Date.parse(bindings.VERSION?.timestamp ?? '');
  const { errors, changed, left } = await house.sources.takeFiles(
    files,
    Number.isNaN(uploadedAt) ? undefined : uploadedAt,
  );
  for (const error of errors) log('error', 'mapping file not taken', loggedError(error));
  if (changed.length > 0) log('info', 'mapping files taken', { sources: changed });
  return left.length === 0;
}

function openDatabase(bindings: Bindings, environment: Environment, clock: Clock): Database {
  const { databaseUrl, databaseAuthToken } = environment;
  // readBindings lets one of them through at least; a server that is named wins.
  return bindings.DB && databaseUrl.startsWith('file:')
    ? openD1(bindings.DB)
    : openRemote({ url: databaseUrl, authToken: databaseAuthToken, clock, random });
}

function readBindings(bindings: Bindings, log: Log): Result<Read> {
  const env = textsOf(bindings);
  const read = readEnvironment(env);
  const errors = [
    ...(read.ok ? [] : (read.problem.errors ?? [])),
    ...databaseErrors(env.KEYFERRY_DATABASE_URL?.trim() ?? '', bindings.DB),
  ];
  if (read.ok && errors.length === 0) return ok({ env, environment: read.value });
  const wrong = problem('config_invalid', errors.map((it) => it.path).join(', '), errors);
  log('error', 'the Worker cannot start', { ...wrong });
  return { ok: false, problem: wrong };
}

/** Vars may be written as numbers, too. */
function textsOf(bindings: Bindings): Env {
  return Object.fromEntries(
    Object.entries(bindings).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [],
    ),
  );
}

function databaseErrors(url: string, d1: unknown): PlacedError[] {
  const file = 'environment';
  const remedy =
    'Bind a D1 database as DB in wrangler.toml, or set KEYFERRY_DATABASE_URL to the libsql:// address of a server.';
  if (url.startsWith('file:'))
    return [{ file, path: 'KEYFERRY_DATABASE_URL', message: 'names a file, and Workers have none', remedy }];
  if (url === '' && !d1) return [{ file, path: 'DB', message: 'no database is bound', remedy }];
  return [];
}
