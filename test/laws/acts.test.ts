/**
 * What people do to licenses, as a law: between the webhooks of any history, sent in any way, they suspend, revoke,
 * reinstate, reissue and alter. In the end each license is what was paid for under what people said of it, and once
 * they take everything back, what was paid for alone.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type License, slotName } from '../../src/core/plan.ts';
import type { History } from './history.ts';
import { entitledOf, makeRiver, type River } from './river.ts';
import { runs, SEED } from './runs.ts';
import { shopifyHistory, shopifySale } from './shopify-history.ts';
import { stripeHistory, stripeSale } from './stripe-history.ts';
import { revisionOf } from './vendor.ts';

vi.setConfig({ testTimeout: 120_000 });

const ACTS = ['suspend', 'revoke', 'reinstate', 'reissue', 'alter'] as const;

/** A webhook arrives, or a person acts on one of the licenses that were ever issued. Picks count around them. */
type Step =
  | { readonly do: 'send'; readonly pick: number }
  | { readonly do: (typeof ACTS)[number]; readonly pick: number; readonly seats: number | null };
const pick = fc.nat({ max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), pick }),
  fc.record({
    do: fc.constantFrom(...ACTS),
    pick,
    seats: fc.option(fc.integer({ min: 50, max: 60 }), { nil: null }),
  }),
);

/** What people said of a slot so far, counted here and not by our core. */
interface Said {
  hold: 'suspended' | 'revoked' | null;
  seats: number | null;
  reissues: number;
}

function act(
  river: River,
  license: License,
  it: Exclude<Step, { do: 'send' }>,
  all: Map<string, Said>,
): void {
  const slot = slotName(license);
  const said = all.get(slot) ?? { hold: null, seats: null, reissues: 0 };
  all.set(slot, said);
  const asked =
    it.do === 'alter'
      ? { act: it.do, license: license.id, values: { fields: { max_activations: it.seats } } }
      : { act: it.do, license: license.id };
  const done = river.act(asked);
  const after = river.sale;
  // Whoever lost the answer says it again: the same answer, and nothing more is done.
  expect(river.act(asked)).toBe(done);
  expect(river.sale).toBe(after);
  if (license.replaced || !done) return;
  if (it.do === 'alter') said.seats = it.seats;
  else if (it.do === 'reissue') said.reissues++;
  else said.hold = it.do === 'reinstate' ? null : it.do === 'suspend' ? 'suspended' : 'revoked';
}

/** What was paid for, under what people said. */
function under(entitled: readonly string[], all: ReadonlyMap<string, Said>): string[] {
  return entitled
    .flatMap((it) => {
      const [slot = '', product, policy, seats, held] = it.split(' ');
      const said = all.get(slot);
      if (said?.hold === 'revoked') return [];
      const state = held === 'suspended' || said?.hold === 'suspended' ? ' suspended' : '';
      return [`${slot} ${product} ${policy} ${said?.seats ?? seats}${state}`];
    })
    .sort();
}

function carry(history: History, steps: readonly Step[]) {
  const river = makeRiver(history, revisionOf(history.shop));
  const all = new Map<string, Said>();
  const sent = new Set<number>();
  for (const it of steps) {
    const licenses = river.sale?.licenses ?? [];
    const license = licenses[it.pick % Math.max(1, licenses.length)];
    if (it.do !== 'send') {
      if (license) act(river, license, it, all);
      continue;
    }
    const place = it.pick % history.tellings.length;
    river.deliver([place]);
    sent.add(place);
  }
  for (const place of history.tellings.keys()) if (!sent.has(place)) river.deliver([place]);
  return { river, all };
}

test.each([
  ['Shopify', shopifySale.map((it) => shopifyHistory(it, 7))],
  ['Stripe', stripeSale.map((it) => stripeHistory(it, 7))],
] as const)(
  'any history of a %s sale with people who act in between ends as paid for, under what they said',
  (_shop, histories) => {
    let acts = 0;
    let reissues = 0;
    const property = fc.property(histories, fc.array(step, { maxLength: 30 }), (history, steps) => {
      const story = history.story.join('\n');
      const { river, all } = carry(history, steps);
      const licenses = () => river.sale?.licenses ?? [];
      expect(entitledOf(licenses()), story).toEqual(under(history.entitled, all));
      // No key was drawn but for a slot's first license and for each that a person asked for.
      for (const [slot, its] of Map.groupBy(licenses(), slotName)) {
        expect(its.length, `${slot}\n${story}`).toBe(1 + (all.get(slot)?.reissues ?? 0));
        expect(its.filter((it) => !it.replaced)).toHaveLength(1);
        // Another key is no other term.
        expect(new Set(its.map((it) => it.starts_at)).size).toBe(1);
      }
      expect(new Set(river.drawn).size).toBe(licenses().length);
      for (const place of history.tellings.keys()) river.replay(place);
      acts += all.size;
      reissues += [...all.values()].reduce((sum, it) => sum + it.reissues, 0);

      for (const { id } of licenses().filter((it) => !it.replaced)) {
        river.act({ act: 'reinstate', license: id });
        river.act({ act: 'alter', license: id, values: { fields: { max_activations: null } } });
      }
      expect(entitledOf(licenses()), story).toEqual(history.entitled);
    });
    fc.assert(property, { seed: SEED, numRuns: runs(300) });
    expect(Math.min(acts, reissues)).toBeGreaterThan(10);
  },
);
