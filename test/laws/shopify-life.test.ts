/**
 * What comes to a Shopify sale besides its own webhooks, as laws over the same generated histories: renewals that
 * arrive as new orders, and bodies from which a person was taken out. Delivered in any way, the licenses are those
 * that were paid for, each with its one key.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { addDuration } from '../../src/core/duration.ts';
import type { Json } from '../../src/core/json.ts';
import { BEGIN, type History, type Telling } from './history.ts';
import { entitledOf, makeRiver, type River } from './river.ts';
import { runs, SEED } from './runs.ts';
import { shopifyHistory, shopifySale } from './shopify-history.ts';
import { revisionOf } from './vendor.ts';

vi.setConfig({ testTimeout: 120_000 });
const RUNS = { seed: SEED, numRuns: runs(150) };

const histories = shopifySale.map((it) => shopifyHistory(it, 7));

/** What comes, in a shuffled order, some of it twice, some of it together. */
function shuffled(tellings: readonly Telling[]) {
  const places = tellings.map((_, place) => place);
  return fc
    .tuple(
      fc.shuffledSubarray(places, { minLength: places.length, maxLength: places.length }),
      fc.array(fc.record({ again: fc.nat({ max: places.length - 1 }), at: fc.nat({ max: places.length }) }), {
        maxLength: 4,
      }),
      fc.array(fc.boolean(), { minLength: places.length + 4, maxLength: places.length + 4 }),
    )
    .map(([once, more, together]) => {
      const all = [...once];
      for (const { again, at } of more) all.splice(at, 0, again);
      const groups: number[][] = [];
      all.forEach((place, n) => {
        const last = groups.at(-1);
        if (last && together[n] && !last.includes(place)) last.push(place);
        else groups.push([place]);
      });
      return groups;
    });
}

function carry(history: History, groups: readonly (readonly number[])[], revision = revisionOf('shopify')) {
  const river = makeRiver(history, revision);
  for (const group of groups) river.deliver(group);
  return river;
}

/** A renewal of the sale, a year after the one before. */
interface Renewed {
  readonly status: 'pending' | 'paid' | 'partially_refunded' | 'refunded' | 'voided';
  readonly cancelled: boolean;
}
const renewals = fc.array(
  fc.record<Renewed>({
    status: fc.constantFrom('pending', 'paid', 'paid', 'paid', 'partially_refunded', 'refunded', 'voided'),
    cancelled: fc.oneof(
      { weight: 5, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Its webhooks, with what the shop answers: the order as it is then, and which order its subscription began with. */
function tellingsOf(it: Renewed, nth: number, origin: string): Telling[] {
  const id = 6_500_000_000_000 + nth;
  const began = addDuration(BEGIN, `${nth + 1}y`);
  const contract = {
    id: '31',
    origin_order_id: origin,
    billing_policy: { interval: 'year', interval_count: 1 },
  };
  const orderAt = (at: number, status: string, cancelled: boolean) => ({
    id: String(id),
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    updated_at: iso(at),
    processed_at: iso(began),
    cancelled_at: cancelled ? iso(at) : null,
    test: false,
    financial_status: status,
    currency: 'USD',
    source_name: 'subscription_contract_checkout_one',
    line_items: [
      {
        id: String(id + 1),
        title: 'pro',
        sku: 'PRO-1',
        current_quantity: 1,
        variant_id: null,
        product_id: null,
        vendor: null,
        gift_card: false,
        properties: [],
        contract,
      },
    ],
    refunds: [] as Json[],
    origin_order: null,
  });
  const told = (type: string, at: number, status: string, cancelled = false): Telling => {
    const order = orderAt(at, status, cancelled);
    return {
      type,
      at,
      body: JSON.stringify(order),
      answers: [{ asked: 'order', stamp: at, body: { order } }],
    };
  };
  return [
    told('orders/create', began, 'pending'),
    told(
      'orders/paid',
      began + 5_000,
      it.status === 'voided' || it.status === 'pending' ? 'pending' : 'paid',
    ),
    told('orders/updated', began + 9_000, it.status, it.cancelled),
  ];
}
const renews = ({ status, cancelled }: Renewed) =>
  !cancelled && (status === 'paid' || status === 'partially_refunded');

test('a renewal whose first order is named gives no license: it lets those that run out run as often again', () => {
  const lives = fc.tuple(histories, renewals).map(([history, renewed]) => {
    const more = renewed.flatMap((it, nth) => tellingsOf(it, nth, history.external_id));
    return { history: { ...history, tellings: [...history.tellings, ...more] }, renewed };
  });
  const cases = lives.chain((it) => shuffled(it.history.tellings).map((groups) => ({ ...it, groups })));
  fc.assert(
    fc.property(cases, ({ history, renewed, groups }) => {
      const river = carry(history, groups);
      const licenses = river.sale?.licenses ?? [];
      expect(entitledOf(licenses), history.story.join('\n')).toEqual(history.entitled);
      expect(river.drawn).toHaveLength(licenses.length);
      const years = 1 + renewed.filter(renews).length;
      const running = licenses.filter((it) => it.fields.valid_duration && it.reasons.length === 0);
      for (const it of running) expect(it.valid_until).toBe(addDuration(it.starts_at, `${years}y`));
      const inOrder = carry(
        history,
        history.tellings.map((_, place) => [place]),
      ).sale;
      expect(river.sale?.doc.things).toEqual(inOrder?.doc.things);
      expect(entitledOf(inOrder?.licenses ?? [])).toEqual(history.entitled);
    }),
    RUNS,
  );
});

test('a renewal whose first order nobody names gives what it pays for, or waits for a person: as the mapping says', () => {
  const unnamed = histories.map((history): History => {
    const tellings = history.tellings.map((it) => ({
      ...it,
      body: it.body.replace(/"source_name":"\w+"/, '"source_name":"subscription_contract"'),
    }));
    return { ...history, tellings };
  });
  const cases = unnamed.chain((history) => shuffled(history.tellings).map((groups) => ({ history, groups })));
  const revision = revisionOf('shopify');
  fc.assert(
    fc.property(cases, ({ history, groups }) => {
      const issuing = { ...revision, mapping: { ...revision.mapping, renewal: 'issue' as const } };
      expect(entitledOf(carry(history, groups, issuing).sale?.licenses ?? [])).toEqual(history.entitled);
      const parking = carry(history, groups);
      expect(parking.sale?.licenses).toEqual([]);
      expect(parking.drawn).toEqual([]);
    }),
    RUNS,
  );
});

test('to take a person out of stored bodies changes no license, whatever is read before or after', () => {
  const redacted = histories.map((history): History => {
    const bare = history.tellings.map((it) => ({ ...it, body: shopify.redact(it.body) }));
    return { ...history, tellings: [...history.tellings, ...bare] };
  });
  const cases = redacted.chain((history) =>
    shuffled(history.tellings).map((groups) => ({ history, groups })),
  );
  fc.assert(
    fc.property(cases, ({ history, groups }) => {
      const river = carry(history, groups);
      expect(entitledOf(river.sale?.licenses ?? []), history.story.join('\n')).toEqual(history.entitled);
      expect(river.flags).not.toContain('ambiguous_order');
      const half = history.tellings.length / 2;
      const whole = carry(
        { ...history, tellings: history.tellings.slice(0, half) },
        groups.map((group) => [...new Set(group.map((place) => place % half))]),
      );
      expect(wordsOf(river)).toEqual(wordsOf(whole));
      // Where only the redacted bodies are left, all but who bought is as it was.
      const bare = carry(
        history,
        groups.map((group) => [...new Set(group.map((place) => (place % half) + half))]),
      );
      expect(entitledOf(bare.sale?.licenses ?? [])).toEqual(history.entitled);
      expect(JSON.stringify(bare.sale)).not.toMatch(/buyer7|Ada|Example/);
    }),
    RUNS,
  );
});

/** All that is known, whichever event said it. */
function wordsOf({ sale }: River): unknown {
  return JSON.parse(JSON.stringify(sale?.doc.things, (key, value) => (key === 'origin' ? undefined : value)));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
