/**
 * A house with its HTTP side, in process: the real app over a real libSQL file. Only time, chance and the log
 * are ours.
 */
import type { Hono } from 'hono';
import type { Bridge } from '../../src/bridge.ts';
import type { FileSources } from '../../src/config/sources.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Fetch } from '../../src/core/ports.ts';
import type { ApiKeys, Records } from '../../src/core/records.ts';
import { makeHouse } from '../../src/house.ts';
import { makeApp } from '../../src/http/app.ts';
import type { AppPorts } from '../../src/http/ports.ts';
import type { WebhookDoor } from '../../src/http/webhooks.ts';
import type { Database } from '../../src/store/database.ts';
import { checkAnswer } from '../contracts/answers.ts';
import { ADMIN_KEY, ENV, FILES, type HttpDoor, MAX_BODY_BYTES } from '../contracts/http-house.ts';
import { digest, type SettableClock, seededRandom, settableClock } from '../house.ts';
import { type DatabaseKind, fileWaiting } from '../runtimes/databases.ts';

export const MONDAY = Date.UTC(2026, 10, 2, 10, 0, 0);

export interface Line {
  readonly level: Parameters<AppPorts['log']>[0];
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface HttpHouse extends HttpDoor {
  readonly app: Hono;
  /** The straight way of a plain webhook, as Node takes it. */
  readonly webhooks: WebhookDoor;
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
  /** An embedded file if left out, whose writer waits briefly for another's lock. */
  readonly database?: DatabaseKind;
}

/** @param changes ports that this test brings itself, made from those of the house */
export async function openHttpHouse(
  changes: (ports: AppPorts) => Partial<AppPorts> = () => ({}),
  { files = {}, env = {}, fetch, database = fileWaiting(200) }: Furnishing = {},
): Promise<HttpHouse> {
  const clock = settableClock(MONDAY);
  const lines: Line[] = [];
  const log: AppPorts['log'] = (level, message, fields = {}) => {
    lines.push({ level, message, fields });
  };
  let notified = 0;
  const { db, close } = await database.open();
  const house = makeHouse({
    db,
    env: { ...ENV, ...env },
    environment: { maxBodyBytes: MAX_BODY_BYTES, maxUnitsPerLine: LIMITS.units_per_line },
    clock,
    random: seededRandom('http'),
    digest,
    fetch: fetch ?? (() => Promise.reject(new Error('this house asks nobody'))),
    log,
    notify: () => {
      notified += 1;
    },
  });
  const { sources, bridge, records, keys } = house;
  const { errors } = await sources.takeFiles(
    Object.entries({ ...FILES, ...files }).map(([path, text]) => ({ path, text })),
  );
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  await keys.ensureAdmin(ADMIN_KEY);
  const { app, webhooks } = makeApp({ ...house.ports, ...changes(house.ports) });
  let open = true;
  return {
    app,
    webhooks,
    clock,
    db,
    bridge,
    records,
    keys,
    sources,
    lines,
    notified: () => notified,
    request: async (path, init) => checkAnswer(init?.method ?? 'GET', path, await app.request(path, init)),
    now: clock.now,
    settle: house.drain,
    close: async () => {
      if (!open) return;
      open = false;
      await close();
    },
  };
}
