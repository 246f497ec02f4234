/**
 * The idea that holds Keyferry together, as a law: whatever a shop's history was, and however its webhooks
 * arrive (late, twice, in any order, in groups, replayed), the buyer ends with exactly what was bought.
 */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { History } from './history.ts';
import { entitledOf, makeRiver } from './river.ts';
import { runs, SEED } from './runs.ts';
import { shopifyHistory, shopifySale } from './shopify-history.ts';
import { stripeHistory, stripeSale } from './stripe-history.ts';
import { type On, revisionOf } from './vendor.ts';

// Generous: the laws are long, and the machine may be busy with others.
vi.setConfig({ testTimeout: 120_000 });

/** One thing that the network does. Picks count around the tellings there are. */
interface Step {
  readonly pick: number;
  /** Arrives together with the one before. */
  readonly together: boolean;
  /** A person sends it through again, if it arrived before. */
  readonly replay: boolean;
}
const schedule: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ pick: fc.nat({ max: 40 }), together: fc.boolean(), replay: fc.boolean() }),
  { maxLength: 24 },
);

const shopify = shopifySale.map((it) => shopifyHistory(it, 7));
const stripe = stripeSale.map((it) => stripeHistory(it, 7));

/** Carries the history through the steps, then delivers all that did not come yet, in order. */
function carry(history: History, steps: readonly Step[], on: On = {}) {
  const river = makeRiver(history, revisionOf(history.shop, on));
  const count = history.tellings.length;
  const groups: number[][] = [];
  for (const { pick, together, replay } of steps) {
    const place = pick % count;
    const arrived = groups.flat().includes(place);
    if (replay && arrived) groups.push([-1 - place]);
    else if (together && (groups.at(-1)?.[0] ?? -1) >= 0) groups.at(-1)?.push(place);
    else groups.push([place]);
  }
  const late = history.tellings.map((_, place) => place).filter((it) => !groups.flat().includes(it));
  for (const group of [...groups, ...late.map((it) => [it])]) {
    const [first = 0] = group;
    if (first < 0) river.replay(-1 - first);
    else river.deliver([...new Set(group)]);
  }
  return river;
}

function inOrder(history: History, on: On = {}) {
  return carry(history, [], on);
}

/** fast-check prints the seed and the smallest failing example; this adds what happened in the shop. */
function law(
  histories: fc.Arbitrary<History>,
  usual: number,
  holds: (history: History, steps: readonly Step[]) => void,
) {
  const property = fc.property(histories, schedule, (history, steps) => {
    try {
      holds(history, steps);
    } catch (error) {
      const sent = history.tellings.map((it, place) => `${place} ${it.type}`);
      const text = error instanceof Error ? error.message : String(error);
      throw new Error([text, ...history.story, ...sent].join('\n'), { cause: error });
    }
  });
  fc.assert(property, { seed: SEED, numRuns: runs(usual) });
}

describe.each([
  ['Shopify', shopify, 600],
  ['Stripe', stripe, 600],
] as const)('any history of a %s sale, delivered in any way', (_shop, histories, usual) => {
  test('ends with exactly the licenses that the money paid for', () => {
    law(histories, usual, (history, steps) => {
      const river = carry(history, steps);
      expect(entitledOf(river.sale?.licenses ?? [])).toEqual(history.entitled);
      if (history.never_paid) expect(river.sale?.licenses).toEqual([]);
      // Every event has its end, no slot was issued twice, and no key was drawn for nothing.
      expect([...river.ends.keys()].sort((a, b) => a - b)).toEqual(history.tellings.map((_, place) => place));
      expect([...river.ends.values()].every((it) => it === 'done')).toBe(true);
      expect(new Set(river.drawn).size).toBe(river.drawn.length);
      expect(river.drawn).toHaveLength(river.sale?.licenses.length ?? 0);
    });
  });

  test('is at rest in the end: to replay every event changes nothing', () => {
    law(histories, Math.floor(usual / 3), (history, steps) => {
      const river = carry(history, steps);
      const before = river.sale;
      for (const place of history.tellings.keys()) river.replay(place);
      expect(river.sale).toEqual(before);
    });
  });

  test('is told the same as in order: refs, lines, states, reviews', () => {
    law(histories, Math.floor(usual / 3), (history, steps) => {
      const [first, second] = [carry(history, steps), inOrder(history)];
      const [any, ordered] = [first.sale, second.sale];
      expect(first.reviews).toEqual(second.reviews);
      // Nothing in these histories leaves a doubt that only bytes could decide.
      expect(first.flags).not.toContain('ambiguous_order');
      expect(first.flags).toEqual(second.flags);
      expect(any?.state).toBe(ordered?.state);
      expect(any?.items).toEqual(ordered?.items);
      expect(any?.doc.things).toEqual(ordered?.doc.things);
      expect([...(any?.doc.refs ?? [])].sort()).toEqual([...(ordered?.doc.refs ?? [])].sort());
    });
  });
});

/** Whatever the vendor decided about refunds and cancellations, the order of arrival does not change it. */
test('under any policy on refunds and cancellations the buyer ends with what the policies leave, however it is delivered', () => {
  const act = fc.constantFrom('revoke', 'suspend', 'review', 'keep');
  const on = fc.record({
    refund_full: act,
    refund_partial: fc.constantFrom('by_unit', 'review', 'keep'),
    order_cancelled: act,
  });
  const histories = fc.tuple(shopify, on);
  const property = fc.property(histories, schedule, ([history, policies], steps) => {
    const [any, ordered] = [carry(history, steps, policies).sale, inOrder(history, policies).sale];
    expect(entitledOf(any?.licenses ?? []), history.story.join('\n')).toEqual(
      entitledOf(ordered?.licenses ?? []),
    );
    expect(any?.state).toBe(ordered?.state);
    const left = history.entitledUnder(policies);
    if (left) expect(entitledOf(any?.licenses ?? []), history.story.join('\n')).toEqual(left);
  });
  fc.assert(property, { seed: SEED, numRuns: runs(600) });
});
