/** Events that nothing good can come of: they never stop the line, and they never go unseen. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { type Bridge, makeBridge } from '../../src/bridge.ts';
import { makeSources } from '../../src/config/sources.ts';
import type { Integration, Reading, StoredEvent } from '../../src/core/integration.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Source } from '../../src/core/sources.ts';
import type { Store } from '../../src/core/store.ts';
import { embedded } from '../../src/issuers/embedded.ts';
import { statement } from '../../src/store/database.ts';
import { digest, type House, openHouse, seededRandom } from '../house.ts';

const FILES = {
  'catalog.yaml': `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
  - { code: acmecli, name: Acme CLI, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`,
  'shopify.yaml': `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
};
const TWO_RULES = `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules:
  - { when: { sku: 'GOOD-*' }, grant: { product: acmepro } }
  - { when: { sku: 'BAD-*' }, grant: { product: acmecli } }
`;

let house: House;
beforeEach(async () => {
  house = await openHouse({
    files: FILES,
    env: { SHOPIFY_WEBHOOK_SECRET: 'secret' },
    at: Date.UTC(2026, 10, 2),
  });
});
afterEach(() => house.close());

const paid = (seed: string) => {
  const sample = shopify.samples.find((it) => it.name === 'paid');
  if (!sample) throw new Error('there is no sample paid');
  return sample.make(house.clock.now(), seed);
};

/** What the shop calls the order of this sample. */
const idOf = (seed: string) => /"id":(\d+)/.exec(paid(seed).body)?.[1] ?? '';

/** The river of this house, with an integration or a source that no check would let through. */
async function bridgeOn(integration: Integration, change = (source: Source) => source): Promise<Bridge> {
  const sources = makeSources({
    revisions: house.store.revisions,
    integrations: [integration],
    env: { SHOPIFY_WEBHOOK_SECRET: 'secret' },
    clock: house.clock,
  });
  return makeBridge({
    store: house.store,
    clock: house.clock,
    random: seededRandom('poisoned'),
    digest,
    fetch: () => Promise.reject(new Error('nobody is asked')),
    log: () => {},
    observe: () => {},
    sources: async () => new Map([...(await sources.all())].map(([name, it]) => [name, change(it)])),
    abilities: () => embedded,
    units_per_line: LIMITS.units_per_line,
  });
}
async function settle(bridge: Bridge): Promise<void> {
  while ((await bridge.work()) > 0);
}

test('an event that its worker dies of, again and again, is parked, and the next ones go on', async () => {
  await house.send('shopify', paid('killer'));
  for (let death = 0; death < LIMITS.deaths + 1; death++) {
    // A worker takes it and is never heard of again.
    expect(await house.store.claimEvents(house.clock.now(), 10)).toHaveLength(1);
    house.clock.advance(LIMITS.lease_ms + 1);
  }
  await house.send('shopify', paid('innocent'));
  await house.settle();
  expect(await house.events()).toMatchObject([
    {
      state: 'parked',
      problem: { code: 'bug', detail: `${LIMITS.deaths + 1} workers ended while they held it` },
    },
    { state: 'done' },
  ]);
});

test('a restart or two do not count against an event', async () => {
  await house.send('shopify', paid('unlucky'));
  for (let death = 0; death < LIMITS.deaths - 1; death++) {
    await house.store.claimEvents(house.clock.now(), 10);
    house.clock.advance(LIMITS.lease_ms + 1);
  }
  await house.settle();
  expect(await house.events()).toMatchObject([{ state: 'done' }]);
});

test('a parked event can be replayed once the cause is mended', async () => {
  await house.send('shopify', paid('killer'));
  for (let death = 0; death <= LIMITS.deaths; death++) {
    await house.store.claimEvents(house.clock.now(), 10);
    house.clock.advance(LIMITS.lease_ms + 1);
  }
  await house.settle();
  const [event] = await house.events();
  const replayed = await house.replay(event?.id ?? '');
  expect(replayed.changes.length).toBeGreaterThan(0);
  expect(await house.events()).toMatchObject([{ state: 'done', problem: null }]);
});

test('those that are in the same hands as a killer are not taken for killers', async () => {
  const innocent = Array.from({ length: 6 }, (_, i) => `innocent${i}`);
  for (const seed of [...innocent.slice(0, 3), 'killer', ...innocent.slice(3)])
    await house.send('shopify', paid(seed));
  const killer = (await house.events())[3]?.id;

  for (let life = 0; life <= LIMITS.deaths; life++) {
    const death = Promise.withResolvers<void>();
    let dead = false;
    /** From the moment it reads the killer, nothing of this process goes on. */
    const mortal = (store: Store) =>
      new Proxy(store, {
        get: (it, name) => {
          const member: unknown = Reflect.get(it, name);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            if (name === 'answersOf' && args[0] === killer) {
              dead = true;
              death.resolve();
            }
            const answer: unknown = dead ? null : await member.apply(it, args);
            return dead ? new Promise(() => {}) : answer;
          };
        },
      });
    const { db, clock } = house;
    const process = await openHouse({
      files: FILES,
      env: { SHOPIFY_WEBHOOK_SECRET: 'secret' },
      at: clock.now(),
      database: { name: 'the same', open: async () => ({ db, close: async () => {} }) },
      between: mortal,
    });
    const lives = [1, 2, 3].map(async () => {
      while ((await process.bridge.work()) > 0);
    });
    await Promise.race([death.promise, Promise.all(lives)]);
    clock.advance(LIMITS.lease_ms + 1);
  }
  await house.settle();
  const states = (await house.events()).map(({ id, state }) => (id === killer ? `killer ${state}` : state));
  expect(states.toSorted()).toEqual([...innocent.map(() => 'done'), 'killer parked']);
});

test('a parked event that a person sends again, and whose shop is away, is not parked for its old deaths', async () => {
  await house.send('shopify', paid('pardoned'));
  for (let death = 0; death <= LIMITS.deaths; death++) {
    await house.store.claimEvents(house.clock.now(), 10);
    house.clock.advance(LIMITS.lease_ms + 1);
  }
  await house.settle();
  const [event] = await house.events();
  expect(event?.state).toBe('parked');
  const seized = await house.store.seizeEvent(event?.id ?? '', house.clock.now());
  if (!seized) throw new Error('it is there');
  const end = { event_id: seized.id, lease: seized.lease, problem: null, order_id: null };
  await house.store.endEvents([{ ...end, state: 'waiting', due_at: house.clock.now() }]);
  await house.settle();
  expect(await house.events()).toMatchObject([{ state: 'done' }]);
});

describe('an event that makes a step throw', () => {
  const KILLER = 'killer';
  /** Whether this is the event that a step fails on. */
  const isKiller = ({ body }: StoredEvent) => new TextDecoder().decode(body).includes(idOf(KILLER));
  const told = (event: StoredEvent) => {
    const reading = shopify.normalize(event, []);
    if (reading.is !== 'facts') throw new Error('the sample sells something');
    return reading;
  };
  /** As a bug of an integration would have it: what the compiler would not let through. */
  const nonsense = (reading: unknown) => reading as Reading;

  const STEPS: readonly (readonly [string, Partial<Integration>])[] = [
    [
      'gather',
      { gather: (event) => (isKiller(event) ? Promise.reject(new Error('poison')) : asksNothing()) },
    ],
    [
      'gather, at once',
      {
        gather: (event) => {
          if (isKiller(event)) throw new Error('poison');
          return asksNothing();
        },
      },
    ],
    ['normalize', onKiller(() => thrown())],
    ['normalize, with no answer at all', onKiller(() => nonsense(undefined))],
    ['normalize, with no names', onKiller((it) => nonsense({ ...told(it), refs: undefined, creates: null }))],
    ['normalize, with names that are no list', onKiller((it) => nonsense({ ...told(it), refs: 7 }))],
    [
      'normalize, with names that are none',
      onKiller((it) => nonsense({ ...told(it), refs: [{}, null, 7n] })),
    ],
    ['merge', onKiller((it) => nonsense({ ...told(it), facts: null }))],
    ['merge, with facts that are none', onKiller((it) => nonsense({ ...told(it), facts: [null] }))],
    [
      'map and plan',
      onKiller((it) => {
        const facts = told(it).facts.map((fact) =>
          fact.group === 'lines' ? { ...fact, snapshot: { ...fact.snapshot, content: { lines: 7 } } } : fact,
        );
        return nonsense({ ...told(it), facts });
      }),
    ],
    ['settle, with what no database takes', onKiller((it) => nonsense({ ...told(it), creates: { id: 1 } }))],
  ];

  function asksNothing() {
    return Promise.resolve({ ok: true as const, value: [] });
  }
  function thrown(): never {
    throw new Error('poison');
  }
  function onKiller(read: (event: StoredEvent) => Reading): Partial<Integration> {
    return { normalize: (event) => (isKiller(event) ? read(event) : told(event)) };
  }

  test.each(STEPS)(
    'in %s is parked in the end, with its problem, and holds up no other',
    async (_, broken) => {
      const bridge = await bridgeOn({ ...shopify, ...broken });
      const seeds = ['a', 'b', KILLER, 'c', 'd'];
      for (const seed of seeds) {
        await house.send('shopify', paid(seed));
        house.clock.advance(1);
      }
      await settle(bridge);
      const states = async () => (await house.events()).map(({ state }) => state);
      expect(await states()).toEqual(['done', 'done', 'waiting', 'done', 'done']);
      expect(await house.db.read('SELECT id FROM licenses')).toHaveLength(12);

      for (let attempt = 0; attempt < 10; attempt++) {
        house.clock.advance(60_000);
        await house.send('shopify', paid(`later${attempt}`));
        await settle(bridge);
      }
      const events = await house.events();
      expect(events.filter(({ state }) => state !== 'done')).toMatchObject([
        { state: 'parked', problem: { code: 'bug' } },
      ]);
      expect(events[2]?.state).toBe('parked');
      expect(events[2]?.problem?.detail).not.toBe('');
    },
  );

  test('does not harm what else is told of the same sale', async () => {
    const broken = onKiller((it) => (it.type === 'orders/paid' ? told(it) : thrown()));
    const bridge = await bridgeOn({ ...shopify, ...broken });
    const refund = shopify.samples.find((it) => it.name === 'refund-unit')?.make(house.clock.now(), KILLER);
    await house.send('shopify', refund ?? { type: '', body: '' });
    await house.send('shopify', paid(KILLER));
    await settle(bridge);
    expect((await house.events()).map(({ state }) => state).toSorted()).toEqual(['done', 'waiting']);
    expect(await house.order('shopify', idOf(KILLER))).toMatchObject({ state: 'issued' });
  });

  test('while it waits for its sale does not harm that sale', async () => {
    const broken = onKiller((it) => {
      const facts = told(it).facts.map((fact) => ({ ...fact, snapshot: null }));
      return it.type === 'orders/paid' ? told(it) : nonsense({ ...told(it), facts });
    });
    const bridge = await bridgeOn({ ...shopify, ...broken });
    const refund = shopify.samples.find((it) => it.name === 'refund-unit')?.make(house.clock.now(), KILLER);
    await house.send('shopify', refund ?? { type: '', body: '' });
    await settle(bridge);
    expect(await house.events()).toMatchObject([{ state: 'waiting', problem: { code: 'sale_unknown' } }]);
    house.clock.advance(1);
    await house.send('shopify', paid(KILLER));
    await settle(bridge);
    expect(await house.order('shopify', idOf(KILLER))).toMatchObject({ state: 'issued' });
    for (let attempt = 0; attempt < 10; attempt++) {
      house.clock.advance(60_000);
      await settle(bridge);
    }
    expect(await house.events()).toMatchObject([
      { state: 'parked', problem: { code: 'bug' } },
      { state: 'done' },
    ]);
  });

  test('is done by a replay once the bug is mended', async () => {
    let isBroken = true;
    const bridge = await bridgeOn({
      ...shopify,
      normalize: (event) => (isBroken ? thrown() : told(event)),
    });
    await house.send('shopify', paid(KILLER));
    for (let attempt = 0; attempt < 10; attempt++) {
      await settle(bridge);
      house.clock.advance(60_000);
    }
    expect(await house.events()).toMatchObject([
      { state: 'parked', problem: { code: 'bug', detail: 'poison' } },
    ]);
    isBroken = false;
    const [event] = await house.events();
    const options = { dry_run: false, remap: false, refresh: false };
    expect(await bridge.replay(event?.id ?? '', options, 'ann')).toMatchObject({ ok: true });
    expect(await house.events()).toMatchObject([{ state: 'done', problem: null }]);
  });
});

test('a row that the database refuses parks its event, and the others of the same commit are written', async () => {
  await house.db.batch([
    statement(`CREATE TRIGGER refuses BEFORE INSERT ON orders WHEN new.external_id = '${idOf('refused')}'
      BEGIN SELECT raise(ABORT, 'refused'); END`),
  ]);
  for (const seed of ['a', 'refused', 'b']) {
    await house.send('shopify', paid(seed));
    house.clock.advance(1);
  }
  for (let attempt = 0; attempt < 10; attempt++) {
    await house.settle();
    house.clock.advance(60_000);
  }
  expect(await house.events()).toMatchObject([
    { state: 'done' },
    { state: 'parked', problem: { code: 'bug', detail: expect.stringContaining('refused') } },
    { state: 'done' },
  ]);
});

describe('a bug in one mapping', () => {
  /** Two lines; the second is `sku`'s. */
  const order = (seed: string) => {
    const { type, body } = paid(seed);
    const it = JSON.parse(body.replace(/"id":(\d{15,})/g, '"id":"$1"'));
    const [line] = it.line_items;
    it.line_items = [
      { ...line, id: `${line.id}1`, sku: 'GOOD-1', quantity: 1, current_quantity: 1 },
      { ...line, id: `${line.id}2`, sku: 'BAD-1', quantity: 2, current_quantity: 2 },
    ];
    return { type, body: JSON.stringify(it) };
  };

  test('parks its own lines with their problem; the other lines of the order are issued', async () => {
    await house.write({ 'shopify.yaml': TWO_RULES });
    const bridge = await bridgeOn(shopify, (source) => {
      const [good, bad] = source.revision.mapping.rules;
      if (!good || !bad) throw new Error('there are two rules');
      // What no check lets through: the mapper throws on it.
      const rules = [good, { ...bad, grant: [null] as unknown as typeof bad.grant }];
      return { ...source, revision: { ...source.revision, mapping: { ...source.revision.mapping, rules } } };
    });
    await house.send('shopify', order('mixed'));
    await settle(bridge);
    expect(await house.events()).toMatchObject([{ state: 'done', problem: { code: 'bug' } }]);
    const { state, items } = await house.order('shopify', idOf('mixed'));
    expect(state).toBe('partly_parked');
    expect(items.map((it) => [it.state, it.problem?.code])).toEqual([
      ['issued', undefined],
      ['parked', 'bug'],
    ]);
    expect(await house.db.read('SELECT id FROM licenses')).toHaveLength(1);
  });

  test('harms nothing that was sold before, and its lines issue by themselves once it is mended', async () => {
    await house.write({ 'shopify.yaml': TWO_RULES });
    await house.send('shopify', order('before'));
    await house.settle();
    const before = await house.db.read('SELECT id, state, product FROM licenses ORDER BY id');
    expect(before).toHaveLength(3);
    await house.write({ 'shopify.yaml': TWO_RULES.replace("'BAD-*'", "'WORSE-*'") });
    await house.send('shopify', order('between'));
    await house.settle();
    expect(await house.order('shopify', idOf('between'))).toMatchObject({ state: 'partly_parked' });
    await house.write({ 'shopify.yaml': TWO_RULES });
    await house.settle();
    expect(await house.order('shopify', idOf('between'))).toMatchObject({ state: 'issued' });
    const after = await house.db.read('SELECT id, state, product FROM licenses ORDER BY id');
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(6);
  });

  test('a template that yields nonsense parks the line at its place', async () => {
    await house.write({
      'shopify.yaml': TWO_RULES.replace(
        'grant: { product: acmecli }',
        'grant: { product: acmecli, values: { max_activations: "{{line.title}}" } }',
      ),
    });
    await house.send('shopify', order('nonsense'));
    await house.settle();
    const { items } = await house.order('shopify', idOf('nonsense'));
    expect(items.map((it) => [it.state, it.problem?.code])).toEqual([
      ['issued', undefined],
      ['parked', 'value_invalid'],
    ]);
  });

  test('of one source stops no other', async () => {
    await house.write({ 'other.yaml': FILES['shopify.yaml'] });
    const bridge = await bridgeOn(shopify, (source) =>
      source.name === 'other'
        ? { ...source, revision: { ...source.revision, mapping: null as never } }
        : source,
    );
    await house.send('other', paid('bad'));
    await house.send('shopify', paid('good'));
    await settle(bridge);
    const events = await house.db.read('SELECT source, state FROM events ORDER BY source');
    expect(events).toEqual([
      { source: 'other', state: 'waiting' },
      { source: 'shopify', state: 'done' },
    ]);
  });
});
