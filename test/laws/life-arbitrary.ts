/**
 * Generates lives of Stripe sales, and the manner in which their events arrive. Everything is drawn beforehand, so that
 * fast-check can shrink a failing life to the few acts that matter.
 */
import fc from 'fast-check';
import type { Life } from '../fakes/stripe-shop.ts';
import type { Act } from '../fakes/stripe-shop-acts.ts';
import type { Outcome } from '../fakes/stripe-shop-billing.ts';
import type { Bought, Purchase } from '../fakes/stripe-shop-purchase.ts';
import type { Ware } from '../fakes/stripe-shop-world.ts';
import type { Policies } from './stripe-truth.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

const some = <T extends string>(...words: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...words);
const ms = (min: number, max: number) => fc.integer({ min, max });
const place = fc.nat({ max: 5 });
const seldom = <T>(it: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: it });

/** Within the same second rather often: Stripe tells no more than the second. */
const after = fc.oneof(
  { weight: 2, arbitrary: ms(0, 700) },
  { weight: 3, arbitrary: ms(1 * SECOND, 90 * SECOND) },
  { weight: 3, arbitrary: ms(1 * HOUR, 30 * HOUR) },
  { weight: 2, arbitrary: ms(1 * DAY, 20 * DAY) },
);

const ware: fc.Arbitrary<Ware> = fc.oneof(
  { weight: 6, arbitrary: some<Ware>('pro', 'pro', 'seats', 'suite', 'cli') },
  { weight: 2, arbitrary: some<Ware>('max', 'timed') },
  { weight: 2, arbitrary: some<Ware>('linked', 'goods', 'unknown', 'metered') },
);
const bought: fc.Arbitrary<Bought> = fc.record({ ware, quantity: fc.integer({ min: 1, max: 3 }) });
const onceWare = ware.filter((it) => it !== 'metered');
const boughtOnce = fc.record({ ware: onceWare, quantity: fc.integer({ min: 1, max: 3 }) });
const pay: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Outcome>('paid') },
  { weight: 2, arbitrary: fc.constant<Outcome>('failed') },
  { weight: 1, arbitrary: some<Outcome>('by hand', 'on its way') },
);

const purchase: fc.Arbitrary<Purchase> = fc.record({
  by: some('checkout', 'checkout', 'link', 'api'),
  once: fc.array(boughtOnce, { maxLength: 2 }),
  items: fc.oneof(
    { weight: 4, arbitrary: fc.array(bought, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
  rhythm: some('m', 'm', 'm', 'y'),
  pay,
  trial_days: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(7) }),
  invoiced: fc.boolean(),
});

const billing = some('later', 'paid', 'paid', 'failed');
const units = fc.nat({ max: 4 });

const kept = <D extends string, R extends Record<string, fc.Arbitrary<unknown>>>(of: D, rest: R) =>
  fc.record({ do: fc.constant(of), after, ...rest });

const weighed = (weight: number, arbitrary: fc.Arbitrary<unknown>) => ({
  weight,
  // The records below are the acts, member for member; fast-check's types do not distribute over them.
  arbitrary: arbitrary as fc.Arbitrary<Act>,
});

const act: fc.Arbitrary<Act> = fc.oneof(
  weighed(8, kept('renew', { pay, drafted: fc.boolean(), card: some('there', 'there', 'pause', 'cancel') })),
  weighed(4, kept('retry', { pay })),
  weighed(2, kept('give up', { to: some('unpaid', 'canceled') })),
  weighed(1, kept('close invoice', { as: some('void', 'uncollectible') })),
  weighed(3, kept('quantity', { item: place, to: units, bill: billing })),
  weighed(3, kept('plan', { item: place, to: ware, bill: billing })),
  weighed(1, kept('rhythm', { pay })),
  weighed(2, kept('add', { ware, quantity: units, bill: billing })),
  weighed(1, kept('remove', { item: place })),
  weighed(
    2,
    kept('cancel', { how: some('now', 'period end', 'flag', 'at'), days: fc.integer({ min: 1, max: 40 }) }),
  ),
  weighed(1, kept('keep', {})),
  weighed(1, kept('pause', {})),
  weighed(1, kept('resume', { pay })),
  weighed(
    2,
    kept('collection', { as: fc.constantFrom('keep_as_draft', 'void', 'mark_uncollectible', null, null) }),
  ),
  weighed(1, kept('propose', { item: place, to: units })),
  weighed(1, kept('proposal', { applied: fc.boolean() })),
  weighed(2, kept('bank', { ok: fc.boolean() })),
  weighed(1, kept('touch', {})),
  weighed(
    4,
    kept('refund', { charge: place, part: some('all', 'all', 'half', 'rest'), pending: fc.boolean() }),
  ),
  weighed(2, kept('refund ends', { refund: place, as: some('succeeded', 'failed', 'canceled') })),
  weighed(
    2,
    kept('dispute', { charge: place, as: some('warning_needs_response', 'needs_response', 'lost') }),
  ),
  weighed(3, kept('dispute goes on', { dispute: place, to: place })),
  weighed(1, kept('warn', { charge: place })),
);

export const lives = (mostActs: number): fc.Arbitrary<Life> =>
  fc.record({
    purchase,
    acts: fc.array(act, { maxLength: mostActs }),
    generation: some('old', 'basil', 'basil'),
    account: some('', '', 'acct_1'),
    twins: fc.boolean(),
  });

/** How one event comes: late by so much, once more by so much, not at all. `'end'`: after everything else has happened. */
export interface Arrival {
  readonly late: number | 'end';
  readonly again: number | null;
  readonly dropped: boolean;
}

export interface Person {
  readonly after: number;
  readonly license: number;
  readonly hold: boolean;
  /** Another end of it, so many days after the beginning of all lives. */
  readonly until_days: number | null;
}

export interface Manner {
  /** Of the n-th event the n-th, counted around. */
  readonly arrivals: readonly Arrival[];
  /** `later`: the API key is set after this part of the time, in percent. */
  readonly key: 'never' | 'always' | number;
  readonly style: 'snapshot' | 'thin' | 'both';
  /** By how much our clock is ahead of Stripe's, ms. */
  readonly skew: number;
  /** How long after the last event we look, ms. */
  readonly rest: number;
  /** The worker takes what came within so much together, ms. */
  readonly round: number;
  /** An answer may come from a replica that lags behind, where a later one corrects it. */
  readonly lagging: boolean;
  /** What the destination was not switched on for; counts only where nobody may ask. */
  readonly untold: 'invoices' | 'invoice payments' | 'refunds' | null;
  /** Another revision of the mapping runs after this part of the deliveries, in percent. */
  readonly revised: number | null;
  /** A person acts on one of the licenses that are there after this part of the deliveries. */
  readonly person: Person | null;
  /** What a person says in the end to all that is left to them. */
  readonly decision: 'accepted' | 'declined' | null;
  /** Compared with the same events in order, too. */
  readonly ordered: boolean;
  readonly on: Policies;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  late: fc.oneof(
    { weight: 4, arbitrary: ms(0, 3 * SECOND) },
    { weight: 2, arbitrary: ms(3 * SECOND, 40 * 60 * SECOND) },
    { weight: 2, arbitrary: ms(1 * HOUR, 3 * DAY) },
    { weight: 1, arbitrary: fc.constant('end' as const) },
  ),
  again: fc.option(ms(0, 3 * DAY), { freq: 4 }),
  dropped: fc.nat({ max: 6 }).map((it) => it === 6),
});

const POLICIES: Policies = {
  refund_full: 'revoke',
  dispute_opened: 'suspend',
  dispute_lost: 'revoke',
  // biome-ignore lint/suspicious/noThenProperty: a word of the mapping file
  payment_past_due: { keep_for: '3d', then: 'suspend' },
  subscription_unpaid: 'suspend',
  subscription_paused: 'suspend',
  subscription_ended: 'expire',
};

const policies: fc.Arbitrary<Policies> = fc.record({
  refund_full: some('revoke', 'suspend', 'keep', 'review'),
  dispute_opened: some('suspend', 'flag'),
  dispute_lost: some('revoke', 'suspend', 'keep', 'review'),
  payment_past_due: fc.record({
    keep_for: some('3d', '12h'),
    // biome-ignore lint/suspicious/noThenProperty: a word of the mapping file
    then: some('suspend', 'keep', 'review'),
  }),
  subscription_unpaid: some('revoke', 'suspend', 'keep', 'review'),
  subscription_paused: some('revoke', 'suspend', 'keep', 'review'),
  subscription_ended: some('expire', 'revoke'),
});

export const manners: fc.Arbitrary<Manner> = fc.record({
  arrivals: fc.oneof(
    { weight: 3, arbitrary: fc.array(arrival, { minLength: 1, maxLength: 24 }) },
    // As on most days: each as soon as it happened.
    { weight: 1, arbitrary: fc.constant([{ late: 0, again: null, dropped: false }]) },
  ),
  key: fc.oneof(
    { weight: 3, arbitrary: fc.constant('never' as const) },
    { weight: 3, arbitrary: fc.constant('always' as const) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 99 }) },
  ),
  style: some('snapshot', 'snapshot', 'thin', 'both'),
  skew: fc.oneof(fc.constant(0), ms(-1 * HOUR, 1 * HOUR)),
  rest: fc.oneof(fc.constant(0), ms(0, 10 * DAY)),
  round: some('0', '0', '2000', '3600000').map(Number),
  lagging: some('yes', 'no', 'no').map((it) => it === 'yes'),
  untold: seldom(some('invoices', 'invoice payments', 'refunds')),
  revised: seldom(fc.integer({ min: 0, max: 100 })),
  person: seldom(
    fc.record({
      after: fc.integer({ min: 0, max: 100 }),
      license: place,
      hold: fc.boolean(),
      until_days: fc.option(fc.integer({ min: 1, max: 900 })),
    }),
  ),
  decision: fc.constantFrom('accepted', 'declined', null),
  ordered: some('yes', 'no', 'no').map((it) => it === 'yes'),
  on: fc.oneof({ weight: 2, arbitrary: fc.constant(POLICIES) }, { weight: 1, arbitrary: policies }),
});
