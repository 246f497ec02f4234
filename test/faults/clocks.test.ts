/**
 * Clocks that jump, machines that sleep, time zones and leap days: through the real river and the real store. What is
 * due is late by no more than a lease, and what was bought is the same license wherever and whenever it is worked out.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { stripe } from '../../integrations/stripe/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Fetch } from '../../src/core/ports.ts';
import { type House, openHouse } from '../house.ts';

const AT = Date.UTC(2026, 10, 2, 10, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CATALOG = `products:
  - code: acmepro
    name: Acme Pro
    policies:
      - { code: perpetual, default: true, license_type: perpetual }
      - { code: yearly, license_type: time-limited, valid_duration: 1y }
      - { code: monthly, license_type: time-limited, valid_duration: 1m }
      - { code: plan, license_type: subscription, grace_period: 1m }
`;
const RULES = `rules:
  - { when: { mode: subscription }, grant: { product: acmepro, policy: plan } }
  - { when: {}, grant: { product: acmepro, policy: POLICY } }
`;

const shops = { stripe, shopify };
let house: House;
afterEach(() => house.close());

async function open(
  more: { readonly at?: number; readonly policy?: string; readonly fetch?: Fetch } = {},
): Promise<void> {
  const rules = RULES.replace('POLICY', more.policy ?? 'perpetual');
  const head = (shop: string, key: string) =>
    `integration: ${shop}\nmode: test\nsettings: { webhook_secrets: [ $SECRET ]${key} }\n`;
  house = await openHouse({
    files: {
      'catalog.yaml': CATALOG,
      'stripe.yaml': head('stripe', more.fetch ? ', api_key: $API_KEY' : '') + rules,
      'shopify.yaml': head('shopify', '') + rules.replace(/^ {2}- .*subscription.*\n/m, ''),
    },
    env: { SECRET: 'whsec_of_the_clocks', API_KEY: 'rk_test_of_the_clocks' },
    at: more.at ?? AT,
    ...(more.fetch ? { fetch: more.fetch } : {}),
  });
}

/** The shop's own times are those of `at`, whatever our clock says. */
async function tell(shop: keyof typeof shops, name: string, at = AT): Promise<void> {
  const sample = shops[shop].samples.find((it) => it.name === name);
  if (!sample) throw new Error(`no sample ${name}`);
  expect(await house.send(shop, sample.make(at, 'clock'))).toMatchObject({ ok: true });
}

async function licenses() {
  const rows = await house.db.read(
    `SELECT o.source, l.state, l.valid_until, l.starts_at FROM licenses l JOIN orders o ON o.id = l.order_id
     ORDER BY o.source, o.external_id, l.line_id, l.unit`,
  );
  return rows.map(({ source, state, valid_until }) => ({ source, state, valid_until }));
}

const DELIVERIES = [
  ['stripe', 'subscription'],
  ['stripe', 'subscription-created'],
  ['shopify', 'refund-unit'],
  ['stripe', 'subscription-paid'],
  ['shopify', 'paid'],
] as const;

async function endOf(jumps: readonly number[]): Promise<unknown> {
  await open();
  for (const [i, [shop, name]] of DELIVERIES.entries()) {
    house.clock.advance(jumps[i % jumps.length] ?? 0);
    await tell(shop, name);
    await house.settle();
  }
  house.clock.set(AT + 2 * HOUR);
  await house.settle();
  const end = { licenses: await licenses(), states: (await house.events()).map(({ state }) => state) };
  await house.close();
  return end;
}

test('however the clock jumps between deliveries, the same is licensed', async () => {
  const straight = await endOf([0]);
  expect(straight).toMatchObject({ states: DELIVERIES.map(() => 'done') });
  for (const jumps of [[HOUR, -HOUR], [-HOUR, HOUR], [-HOUR], [DAY, -HOUR, -DAY]]) {
    expect(await endOf(jumps), JSON.stringify(jumps)).toEqual(straight);
  }
  await open();
});

describe('a clock that is set back an hour', () => {
  test('leaves no event with a worker that is gone', async () => {
    await open();
    await house.settle();
    await tell('stripe', 'payment-link');
    expect(await house.store.claimEvents(house.clock.now(), 10)).toHaveLength(1);
    house.clock.advance(-HOUR);
    await house.settle();
    expect(await licenses()).toEqual([]);
    house.clock.advance(LIMITS.lease_ms);
    await house.settle();
    expect(await licenses()).toMatchObject([{ state: 'active' }]);
  });

  test('before a start: what came under the clock that was ahead is licensed at once', async () => {
    await open();
    await tell('stripe', 'payment-link');
    house.clock.advance(-HOUR);
    await house.bridge.begin();
    await house.settle();
    expect(await licenses()).toMatchObject([{ state: 'active' }]);
  });

  test('makes nobody ask a shop again and again, nor rest for an hour', async () => {
    let asked = 0;
    const fetch = () => {
      asked++;
      return Promise.reject(new TypeError('the network is down'));
    };
    await open({ fetch });
    await tell('stripe', 'payment-link');
    await house.settle();
    const before = asked;
    expect(before).toBeGreaterThan(0);
    house.clock.advance(-HOUR);
    await house.settle();
    await house.settle();
    expect(asked).toBe(before);
    house.clock.advance(2_000);
    await house.settle();
    expect(asked).toBeGreaterThan(before);
  });
});

test('a machine that sleeps for a day goes on where it was: what it holds is taken by nobody else of it', async () => {
  const questions: ((error: Error) => void)[] = [];
  const fetch = () => new Promise<Response>((_, reject) => questions.push(reject));
  await open({ fetch });
  await house.settle();
  await tell('stripe', 'payment-link');
  const round = house.bridge.work();
  await vi.waitFor(() => expect(questions).not.toEqual([]), { interval: 5 });
  const { length } = questions;
  house.clock.advance(DAY);
  expect(await house.bridge.work()).toBe(0);
  expect(questions).toHaveLength(length);
  for (const fail of questions) fail(new TypeError('the connection did not outlive the night'));
  await round;
  expect(await house.db.read('SELECT state, attempts, deaths FROM events')).toEqual([
    { state: 'waiting', attempts: 1, deaths: 0 },
  ]);
});

describe('a leap day', () => {
  const LEAP_DAY = Date.UTC(2028, 1, 29, 23, 30);
  test.each([
    ['yearly', LEAP_DAY, Date.UTC(2029, 1, 28, 23, 30)],
    ['monthly', LEAP_DAY, Date.UTC(2028, 2, 29, 23, 30)],
    ['monthly', Date.UTC(2028, 0, 31, 0, 30), Date.UTC(2028, 1, 29, 0, 30)],
    ['monthly', Date.UTC(2027, 0, 31, 0, 30), Date.UTC(2027, 1, 28, 0, 30)],
    ['yearly', Date.UTC(2027, 1, 28, 0, 30), Date.UTC(2028, 1, 28, 0, 30)],
  ])('a %s license that begins at %i ends at %i', async (policy, at, end) => {
    await open({ at, policy });
    await tell('stripe', 'payment-link', at);
    await house.settle();
    expect(await licenses()).toMatchObject([{ valid_until: end }]);
  });
});

describe('time zones', () => {
  const before = process.env.TZ;
  afterEach(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  test('change nothing: the same deliveries are the same licenses in each of them', async () => {
    // Half an hour before a day, and a month, ends in UTC: where the clocks are ahead it is the next one.
    const at = Date.UTC(2028, 1, 28, 23, 30);
    const pictures: unknown[] = [];
    const offsets = new Set<number>();
    for (const zone of ['UTC', 'Pacific/Kiritimati', 'America/St_Johns']) {
      process.env.TZ = zone;
      offsets.add(new Date(at).getTimezoneOffset());
      await open({ at, policy: 'yearly' });
      for (const [shop, name] of DELIVERIES) await tell(shop, name, at);
      await house.settle();
      pictures.push(
        await house.db.read('SELECT * FROM licenses ORDER BY id'),
        await house.db.read('SELECT * FROM sales ORDER BY order_id'),
      );
      await house.close();
    }
    expect(offsets.size).toBe(3);
    for (const [i, picture] of pictures.entries()) expect(picture).toEqual(pictures[i % 2]);
    await open();
  });
});
