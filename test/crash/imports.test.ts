/**
 * Imports, dying at every single call of the world: a step that is done again makes nothing twice, and in the end every
 * row has become exactly what it says.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeBridge } from '../../src/bridge.ts';
import { makeSources } from '../../src/config/sources.ts';
import { BY_HAND } from '../../src/core/by-hand.ts';
import type { CsvTable } from '../../src/core/csv-columns.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { makeImports, makeImportWorker } from '../../src/imports.ts';
import { embedded } from '../../src/issuers/embedded.ts';
import { makeJobs } from '../../src/jobs.ts';
import { makeOrders } from '../../src/orders.ts';
import { makeGivenKeys } from '../../src/store/given-keys.ts';
import { makeImportStore } from '../../src/store/imports.ts';
import { makeJobStore } from '../../src/store/jobs.ts';
import { makeRecords } from '../../src/store/records.ts';
import { type Fate, mortal } from '../fakes/mortal.ts';
import { NOON } from '../fakes/settlements.ts';
import { digest, settableClock } from '../house.ts';
import { openOnFile } from '../store/on-file.ts';

const CATALOG = `
products:
  - code: acmepro
    policies:
      - { code: perpetual, default: true, license_type: perpetual }
      - { code: yearly, license_type: time-limited, valid_duration: 1y }
`;
const ALIVE: Fate = { at: null, dies: false, takesEffect: false };

async function world() {
  const { db, store, close } = await openOnFile();
  const clock = settableClock(NOON);

  /** One process, from its start to its end: everything that imports ask of the world is mortal. */
  async function live(fate: Fate) {
    const random = (count: number) => randomBytes(count);
    const fetch = () => Promise.reject(new Error('nobody is asked'));
    // One fate for all of them: they are counted together.
    const all = {
      ...store,
      imports: makeImportStore(db, random),
      jobs: makeJobStore(db, random),
      given: makeGivenKeys(db, random),
    };
    const ports = mortal({ store: all, fetch, clock, random }, fate);
    // What was put in is what comes out.
    const mortals = ports.store as typeof all;
    const { latest, takeFiles } = makeSources({
      revisions: store.revisions,
      integrations: [],
      env: {},
      clock,
    });
    await takeFiles([{ path: 'catalog.yaml', text: CATALOG }]);
    const records = makeRecords(db);
    const quiet = { log: () => {}, observe: () => {} };
    const bridge = makeBridge({
      ...ports,
      ...quiet,
      digest,
      sources: latest,
      abilities: () => embedded,
      units_per_line: 1000,
    });
    const orders = makeOrders({
      ...ports,
      records,
      enter: bridge.enter,
      sources: latest,
      digest,
      units_per_line: 1000,
    });
    const importStore = mortals.imports;
    const worker = makeImportWorker({
      store: importStore,
      clock: ports.clock,
      customers: { store: importStore, digest, emailKey: ports.store.emailKey },
      orders: { store: importStore, orders, at_once: 4 },
      licenses: {
        store: importStore,
        orders,
        given: mortals.given,
        records,
        act: bridge.act,
        digest,
        catalog: async () => (await latest()).get(BY_HAND)?.revision.catalog ?? null,
        at_once: 4,
      },
      step_count: 2,
    });
    const jobs = makeJobs({ store: mortals.jobs, workers: [worker], clock: ports.clock, log: () => {} });
    const imports = makeImports({ store: importStore, jobs, clock: ports.clock, random: ports.random });
    return {
      struck: ports.struck,
      take: async (table: CsvTable, text: string) => {
        const file = new Blob([text]).stream();
        const taken = await imports.take({ table, dry_run: false, on_error: 'continue' }, file, 'key_1');
        if (!taken.ok) throw new Error(JSON.stringify(taken.problem));
        return taken.value.id;
      },
      work: async () => {
        for (let idle = 0; idle < 3; ) {
          const took = (await jobs.work()) + (await bridge.work());
          idle = took > 0 ? 0 : idle + 1;
          if (took === 0) clock.advance(LIMITS.lease_ms);
        }
      },
    };
  }
  return { db, live, close };
}

const FATES: readonly (readonly [string, Omit<Fate, 'at'>])[] = [
  ['the process dies before it', { dies: true, takesEffect: false }],
  ['the process dies after it took effect', { dies: true, takesEffect: true }],
  ['the answer is lost and the process lives on', { dies: false, takesEffect: true }],
];

const FILES: readonly (readonly [CsvTable, (n: number) => string])[] = [
  ['customers', (n) => `email,account\na@${n}.test,Acme ${n}\nb@${n}.test,Acme ${n}\na@${n}.test,\n`],
  ['orders', (n) => `order,product,quantity\no-${n}-1,acmepro,2\no-${n}-1,acmepro,1\no-${n}-2,acmepro,\n`],
  [
    'licenses',
    (n) =>
      `key,product,policy,state,valid_until,order\nK-${n}-1,acmepro,yearly,suspended,2030-01-01,l-${n}\nK-${n}-2,acmepro,,,,l-${n}\nK-${n}-3,acmepro,,revoked,,\n`,
  ],
];

/** What has become of the n-th file. */
async function outcome(db: Awaited<ReturnType<typeof world>>['db'], table: CsvTable, n: number) {
  if (table === 'customers')
    return db.read(
      `SELECT c.email, a.name, (SELECT count(*) FROM accounts WHERE name = a.name) AS accounts
       FROM customers c JOIN accounts a ON a.id = c.account_id WHERE c.email LIKE '%@' || ? || '.test' ORDER BY c.email`,
      [String(n)],
    );
  const [prefix, key] = table === 'orders' ? [`o-${n}-%`, 'NULL'] : [`l-${n}`, 'l.key'];
  return db.read(
    `SELECT o.external_id LIKE 'key-%' AS own, ${key} AS key, l.state, l.valid_until, count(*) AS count
     FROM licenses l JOIN orders o ON o.id = l.order_id
     WHERE o.external_id LIKE ?1 OR l.key LIKE 'K-' || ?2 || '-%' GROUP BY 1, 2, 3, 4 ORDER BY 2`,
    [prefix, String(n)],
  );
}

const EXPECTED: Readonly<Record<CsvTable, (n: number) => unknown>> = {
  customers: (n) => [
    { email: `a@${n}.test`, name: `Acme ${n}`, accounts: 1 },
    { email: `b@${n}.test`, name: `Acme ${n}`, accounts: 1 },
  ],
  orders: () => [{ own: 0, key: null, state: 'active', valid_until: null, count: 4 }],
  licenses: (n) => [
    { own: 0, key: `K-${n}-1`, state: 'suspended', valid_until: Date.UTC(2030, 0, 1), count: 1 },
    { own: 0, key: `K-${n}-2`, state: 'active', valid_until: null, count: 1 },
    { own: 1, key: `K-${n}-3`, state: 'revoked', valid_until: null, count: 1 },
  ],
};

test.for(FILES.flatMap(([table, file]) => FATES.map((fate) => [table, ...fate, file] as const)))(
  'of %s: at every call in turn %s, and each row has become what it says',
  { timeout: 180_000 },
  async ([table, , fate, file]) => {
    const it = await world();
    let calls = 0;
    for (let struck = true; struck; ) {
      calls++;
      const first = await it.live({ ...fate, at: calls });
      const taken = await first.take(table, file(calls)).catch(() => null);
      await first.work().catch(() => undefined);
      struck = first.struck();

      const next = await it.live(ALIVE);
      await next.work();
      // Whoever got no answer sends it again.
      if (taken === null) await next.take(table, file(calls));
      await next.work();
      expect(await outcome(it.db, table, calls), `at call ${calls}`).toEqual(EXPECTED[table](calls));
      const open = await it.db.read(`SELECT state, problem FROM jobs WHERE state <> 'done'`);
      expect(open, `at call ${calls}`).toEqual([]);
      const free = await it.db.read('SELECT key FROM given_keys WHERE license_id IS NULL');
      expect(free, `at call ${calls}`).toEqual([]);
    }
    const [findings] = await it.db.read('SELECT count(*) AS count FROM job_findings');
    expect(findings?.count).toBe(0);
    expect(calls).toBeGreaterThan(10);
    await it.close();
  },
);
