/**
 * An order by hand, dying at every single call of the world: whoever asked again gets the one order, with exactly its
 * licenses; and what was stored and never asked for again is finished by walk two.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeBridge } from '../../src/bridge.ts';
import { makeSources } from '../../src/config/sources.ts';
import { orderAsked } from '../../src/core/by-hand.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { embedded } from '../../src/issuers/embedded.ts';
import { makeOrders } from '../../src/orders.ts';
import { makeRecords } from '../../src/store/records.ts';
import { type Fate, mortal } from '../fakes/mortal.ts';
import { NOON } from '../fakes/settlements.ts';
import { digest, settableClock } from '../house.ts';
import { openOnFile } from '../store/on-file.ts';

const CATALOG = `
products:
  - code: acmepro
    policies: [ { code: perpetual, license_type: perpetual } ]
`;

async function world() {
  const { db, store, close } = await openOnFile();
  const clock = settableClock(NOON);

  /** One process, from its start to its end. */
  async function live(fate: Fate, files = [{ path: 'catalog.yaml', text: CATALOG }]) {
    const fetch = () => Promise.reject(new Error('nobody is asked'));
    const ports = mortal({ store, fetch, clock, random: (count) => randomBytes(count) }, fate);
    const { latest, takeFiles } = makeSources({
      revisions: store.revisions,
      integrations: [],
      env: {},
      clock,
    });
    await takeFiles(files);
    const bridge = makeBridge({
      ...ports,
      digest,
      log: () => {},
      observe: () => {},
      sources: latest,
      abilities: () => embedded,
      units_per_line: 1000,
    });
    const orders = makeOrders({
      ...ports,
      records: makeRecords(db),
      enter: bridge.enter,
      sources: latest,
      digest,
      units_per_line: 1000,
    });
    return {
      struck: ports.struck,
      enter: async (body: unknown) => {
        const entered = await orders.enter(orderAsked.parse(body), 'key_1');
        if (!entered.ok) throw new Error(JSON.stringify(entered.problem));
        return entered.value;
      },
      drain: async () => {
        while ((await bridge.work()) > 0);
      },
    };
  }
  return { db, clock, live, close };
}

const FATES: readonly (readonly [string, Omit<Fate, 'at'>])[] = [
  ['the process dies before it', { dies: true, takesEffect: false }],
  ['the process dies after it took effect', { dies: true, takesEffect: true }],
  ['the call fails and the process lives on', { dies: false, takesEffect: false }],
  ['the answer is lost and the process lives on', { dies: false, takesEffect: true }],
];

test.for(FATES)(
  'at every call in turn %s, and the licenses are right',
  { timeout: 60_000 },
  async ([, fate]) => {
    const it = await world();
    let calls = 0;
    for (let struck = true; struck; ) {
      calls++;
      const id = `order-${calls}`;
      const order = { id, items: [{ product: 'acmepro', quantity: 2 }] };
      const more = { id, append: true, items: [{ product: 'acmepro', id: 'more' }] };
      const first = await it.live({ ...fate, at: calls });
      await first
        .enter(order)
        .then(() => first.enter(more))
        .catch(() => undefined);
      struck = first.struck();

      const next = await it.live({ at: null, dies: false, takesEffect: false });
      it.clock.advance(LIMITS.lease_ms);
      await next.drain();
      const open = await it.db.read(`SELECT type, state FROM events WHERE state <> 'done'`);
      expect(open, `at call ${calls}`).toEqual([]);

      // Whoever carried it, it is told as the act of whoever asked.
      const versions = await it.db.read(
        'SELECT cause FROM sale_versions ORDER BY order_id DESC, version LIMIT 1',
      );
      for (const { cause } of versions)
        expect(JSON.parse(String(cause)).by, `at call ${calls}`).toBe('person');

      const again = await next.enter(order);
      const added = await next.enter(more);
      expect(added.order.id).toBe(again.order.id);
      const licenses = added.order.items.map((one) => [one.line_id, one.licenses.length]);
      expect(licenses, `at call ${calls}`).toEqual([
        ['1', 2],
        ['more', 1],
      ]);
      expect(new Set(added.order.items.flatMap((one) => one.licenses.map(({ key }) => key))).size).toBe(3);
    }
    const [row] = await it.db.read('SELECT count(*) AS orders FROM orders');
    expect(row?.orders).toBe(calls);
    expect(calls).toBeGreaterThan(20);
    await it.close();
  },
);

test('two processes that are asked at once make one order, with every addition', {
  timeout: 60_000,
}, async () => {
  const it = await world();
  const alive = { at: null, dies: false, takesEffect: false } as const;
  const processes = [await it.live(alive), await it.live(alive)];
  for (let round = 0; round < 10; round++) {
    const id = `order-${round}`;
    const order = { id, items: [{ product: 'acmepro' }] };
    const entered = await Promise.all(processes.map((one) => one.enter(order)));
    expect(entered.filter(({ created }) => created)).toHaveLength(1);
    const more = (item: string) => ({ id, append: true, items: [{ product: 'acmepro', id: item }] });
    const asked = processes.flatMap((one, n) => [one.enter(more('both')), one.enter(more(`only ${n}`))]);
    await Promise.all([...asked, processes[0]?.drain()]);
    const last = await it.live(alive);
    const { order: after } = await last.enter(order);
    const lines = after.items.map((one) => [one.line_id, one.licenses.length]);
    expect(lines.sort()).toEqual([['1', 1], ['both', 1], ['only 0', 1], ['only 1', 1]]); // biome-ignore format: one glance
  }
  await it.close();
});

test('what was stored is carried whatever the catalog says since: sold no more, its line waits for a person', {
  timeout: 60_000,
}, async () => {
  const it = await world();
  const other = [{ path: 'catalog.yaml', text: CATALOG.replace('acmepro', 'acmecli') }];
  const ends: string[] = [];
  for (let at = 1, struck = true; struck; at++) {
    const order = { id: `order-${at}`, items: [{ product: 'acmepro' }] };
    const first = await it.live({ at, dies: true, takesEffect: true });
    await first.enter(order).catch(() => undefined);
    struck = first.struck();
    const next = await it.live({ at: null, dies: false, takesEffect: false }, other);
    const [stored] = await it.db.read('SELECT id FROM events WHERE key = ?', [
      `keyferry.order/order/${order.id}`,
    ]);
    const end = await next.enter(order).then(
      ({ order: { items } }) => items.map(({ state }) => state).join(),
      (error: Error) => (error.message.includes('request_invalid') ? 'refused' : error.message),
    );
    expect(end === 'refused', `at call ${at}: ${end}`).toBe(stored === undefined);
    ends.push(end);
    await it.live({ at: null, dies: false, takesEffect: false });
  }
  expect(new Set(ends)).toEqual(new Set(['refused', 'parked', 'issued']));
  await it.close();
});

test('without a catalog nothing is entered, and it says what is missing', async () => {
  const it = await world();
  const process = await it.live({ at: null, dies: false, takesEffect: false }, []);
  await expect(process.enter({ items: [{ product: 'acmepro' }] })).rejects.toThrow('catalog_missing');
  await it.close();
});
