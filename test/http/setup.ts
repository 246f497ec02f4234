/**
 * A house with its HTTP side, in process: the real app over a real libSQL file. Only time, chance and the log
 * are ours.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { integrations } from '../../integrations/index.ts';
import { type Bridge, makeBridge } from '../../src/bridge.ts';
import { type FileSources, makeSources } from '../../src/config/sources.ts';
import type { Fetch } from '../../src/core/ports.ts';
import type { ApiKeys, Records } from '../../src/core/records.ts';
import { makeApp } from '../../src/http/app.ts';
import type { AppPorts } from '../../src/http/ports.ts';
import { embedded } from '../../src/issuers/embedded.ts';
import { makeApiKeys } from '../../src/store/api-keys.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openFile } from '../../src/store/open-file.ts';
import { makePeople } from '../../src/store/people.ts';
import { makeRecords } from '../../src/store/records.ts';
import { makeStore } from '../../src/store/store.ts';
import { ADMIN_KEY, ENV, FILES, type HttpDoor, MAX_BODY_BYTES } from '../contracts/http-house.ts';
import { digest, type SettableClock, seededRandom, settableClock } from '../house.ts';

export const MONDAY = Date.UTC(2026, 10, 2, 10, 0, 0);

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface HttpHouse extends HttpDoor {
  readonly app: Hono;
  readonly clock: SettableClock;
  readonly db: Database;
  readonly bridge: Bridge;
  readonly records: Records;
  readonly keys: ApiKeys;
  readonly sources: FileSources;
  /** What was logged so far. */
  readonly lines: readonly Line[];
  /** How often walk two was woken. */
  notified(): number;
}

/** What differs from the house of the contract. */
export interface Furnishing {
  /** Mapping files by name, beside or instead of the contract's. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The shops' APIs; without it nobody may be asked. */
  readonly fetch?: Fetch;
}

/** @param changes ports that this test brings itself, made from those of the house */
export async function openHttpHouse(
  changes: (ports: AppPorts) => Partial<AppPorts> = () => ({}),
  { files = {}, env = {}, fetch }: Furnishing = {},
): Promise<HttpHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-http-'));
  const clock = settableClock(MONDAY);
  const random = seededRandom('http');
  const lines: Line[] = [];
  const log: AppPorts['log'] = (level, message, fields = {}) => {
    lines.push({ level, message, fields });
  };
  // A short wait: tests that hold the lock should not have to wait long.
  const db = await openFile(join(folder, 'keyferry.db'), 200);
  await migrate(db, clock.now());
  const store = makeStore(db, random);
  const sources = makeSources({ revisions: store.revisions, integrations, env: { ...ENV, ...env }, clock });
  const { errors } = await sources.takeFiles(
    Object.entries({ ...FILES, ...files }).map(([path, text]) => ({ path, text })),
  );
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const bridge = makeBridge({
    store,
    clock,
    random,
    digest,
    fetch: fetch ?? (() => Promise.reject(new Error('this house asks nobody'))),
    log,
    sources: sources.all,
    abilities: () => embedded,
    units_per_line: 1000,
  });
  const records = makeRecords(db);
  const keys = makeApiKeys({ db, random, digest, clock });
  await keys.ensureAdmin(ADMIN_KEY);
  let notified = 0;
  const ports: AppPorts = {
    bridge,
    records,
    people: makePeople({ db, random, clock }),
    keys,
    sources,
    revisions: store.revisions,
    raise: store.raise,
    clock,
    log,
    max_body_bytes: MAX_BODY_BYTES,
    version: '0.0.0-test',
    notify: () => {
      notified += 1;
    },
  };
  const app = makeApp({ ...ports, ...changes(ports) });
  let open = true;
  return {
    app,
    clock,
    db,
    bridge,
    records,
    keys,
    sources,
    lines,
    notified: () => notified,
    request: async (path, init) => app.request(path, init),
    now: clock.now,
    settle: async () => {
      while ((await bridge.work()) > 0);
    },
    close: async () => {
      if (!open) return;
      open = false;
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
