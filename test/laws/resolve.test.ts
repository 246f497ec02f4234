/**
 * What people choose for lines that wait, as a law: between the webhooks of any history, sent in any way, they resolve
 * lines that no rule fits and take that back. In the end each line gives what a rule would have given it, with the keys
 * that it got first.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { PersonAct } from '../../src/core/acts.ts';
import { slotName } from '../../src/core/plan.ts';
import type { OrderItem } from '../../src/core/store.ts';
import type { History } from './history.ts';
import { entitledOf, makeRiver, type River } from './river.ts';
import { runs, SEED } from './runs.ts';
import { shopifyHistory, shopifySale } from './shopify-history.ts';
import { stripeHistory, stripeSale } from './stripe-history.ts';
import { revisionOf, type ShopName } from './vendor.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Of the vendor's rules, those that people stand in for. */
const FORGOTTEN = /^(price_|)(pro|suite|goods)/i;

function poorer(shop: ShopName) {
  const whole = revisionOf(shop);
  const rules = whole.mapping.rules.filter(({ when }) =>
    Object.values(when).every((all) => all.every((it) => !FORGOTTEN.test(it))),
  );
  return { ...whole, mapping: { ...whole.mapping, rules } };
}

/** What the forgotten rule would have said of this line; null where there was none. */
function choiceFor({ refs }: OrderItem): Extract<PersonAct, { act: 'resolve' }>['gives'] | null {
  const kind = FORGOTTEN.exec(refs.price ?? refs.sku ?? '')?.[2]?.toLowerCase();
  if (kind === 'goods') return { is: 'ignored', reason: 'physical goods' };
  if (kind === 'pro') return { is: 'granted', chosen: { product: 'acmepro', values: {} } };
  return kind === 'suite' ? { is: 'granted', chosen: { bundle: 'acmesuite', values: {} } } : null;
}

type Step = { readonly do: 'send' | 'resolve' | 'unresolve'; readonly pick: number };
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('send', 'send', 'resolve', 'resolve', 'unresolve'),
  pick: fc.nat({ max: 40 }),
});

/** @returns whether it was done */
function resolve(river: River, item: OrderItem): boolean {
  const gives = choiceFor(item);
  if (!gives || item.state !== 'parked') return false;
  const asked = { act: 'resolve', line_id: item.line_id, gives } as const;
  expect(river.act(asked)).toBe(true);
  const after = river.sale;
  expect(after?.items.find(({ line_id }) => line_id === item.line_id)?.state).not.toBe('parked');
  // Whoever lost the answer says it again.
  expect(river.act(asked)).toBe(true);
  expect(river.sale).toBe(after);
  return true;
}

function carry(history: History, steps: readonly Step[]) {
  const river = makeRiver(history, poorer(history.shop));
  const sent = new Set<number>();
  let acts = 0;
  for (const { do: what, pick } of steps) {
    if (what === 'send') {
      const place = pick % history.tellings.length;
      river.deliver([place]);
      sent.add(place);
      continue;
    }
    const items = river.sale?.items ?? [];
    const item = items[pick % Math.max(1, items.length)];
    if (!item) continue;
    if (what === 'resolve') acts += resolve(river, item) ? 1 : 0;
    else expect(river.act({ act: 'unresolve', line_id: item.line_id })).toBe(true);
  }
  for (const place of history.tellings.keys()) if (!sent.has(place)) river.deliver([place]);
  for (const item of river.sale?.items ?? []) acts += resolve(river, item) ? 1 : 0;
  return { river, acts };
}

test.each([
  ['Shopify', shopifySale.map((it) => shopifyHistory(it, 7))],
  ['Stripe', stripeSale.map((it) => stripeHistory(it, 7))],
] as const)('any history of a %s sale ends as if its forgotten rules had been there', (_shop, histories) => {
  let acts = 0;
  const property = fc.property(histories, fc.array(step, { maxLength: 30 }), (history, steps) => {
    const story = history.story.join('\n');
    const { river, acts: done } = carry(history, steps);
    acts += done;
    const licenses = river.sale?.licenses ?? [];
    expect(entitledOf(licenses), story).toEqual(history.entitled);
    // No key was drawn twice for a slot: who took back and chose the same again kept the keys.
    expect(new Set(licenses.map(slotName)).size, story).toBe(licenses.length);
    expect(new Set(river.drawn).size).toBe(licenses.length);
    for (const place of history.tellings.keys()) river.replay(place);
    expect(entitledOf(river.sale?.licenses ?? []), story).toEqual(history.entitled);
  });
  fc.assert(property, { seed: SEED, numRuns: runs(300) });
  expect(acts).toBeGreaterThan(10);
});
