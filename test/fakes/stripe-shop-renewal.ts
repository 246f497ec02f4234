/**
 * How a subscription of the simulated Stripe goes on: the end of a period, a change that is billed, the end of it all.
 * What must never happen here: a renewal of what had notice.
 */
import type { Stage } from './stripe-shop.ts';
import {
  bill,
  collect,
  draftInvoice,
  finalize,
  lineOf,
  nextPeriod,
  type Outcome,
  periodEnd,
  prorated,
} from './stripe-shop-billing.ts';
import { HOUR, type Item, type Subscription } from './stripe-shop-world.ts';

/** When a change is billed: with the next renewal, or at once. */
export type Billing = 'later' | 'paid' | 'failed';

export interface Renewal {
  readonly do: 'renew';
  readonly after: number;
  readonly pay: Outcome;
  /** Its invoice is a draft for an hour. */
  readonly drafted: boolean;
  /** What the end of a trial finds. */
  readonly card: 'there' | 'pause' | 'cancel';
}

export function applyPending({ update, tell }: Stage, sub: Subscription): void {
  const pending = sub.pending_update;
  update((it) => {
    const item = it.items.find(({ id }) => id === pending?.item);
    if (item && pending) item.quantity = pending.quantity;
    it.pending_update = null;
  });
  tell('customer.subscription.pending_update_applied', 'subscription', sub.id);
}

export function pastDue({ update }: Stage): void {
  update((it) => {
    if (it.status === 'active') it.status = 'past_due';
  });
}

export function billChange(
  stage: Stage,
  sub: Subscription,
  before: Item | null,
  after: Item | null,
  when: Billing,
): void {
  const from = stage.now();
  if (sub.status === 'trialing') return;
  if (when === 'later') {
    if (after) stage.due_later.push({ ...after, item: after.id, start: from });
    return;
  }
  if (!bill(stage, 'subscription_update', prorated(before, after, from), when)) pastDue(stage);
}

export function end(stage: Stage, why: string): void {
  const { now, say, update } = stage;
  say(why);
  update((it) => {
    it.status = 'canceled';
    it.canceled_at ??= now();
    it.ended_at = now();
  }, 'customer.subscription.deleted');
}

/** Time comes to the end of the period, or of a notice before it. */
export function renew(stage: Stage, sub: Subscription, act: Renewal, moment: () => void): void {
  const { say, update, passTo, tell } = stage;
  const at = periodEnd(sub);
  if (sub.cancel_at !== null && sub.cancel_at <= at) {
    passTo(sub.cancel_at * 1000);
    end(stage, 'the notice ends it');
    return;
  }
  passTo(at * 1000 + (act.after % 5000));
  if (sub.cancel_at_period_end) {
    end(stage, 'the period ends it');
    return;
  }
  const wasTrial = sub.status === 'trialing';
  if (wasTrial && act.card === 'cancel') {
    end(stage, 'the trial ends, no card: canceled');
    return;
  }
  if (wasTrial && act.card === 'pause') {
    say('the trial ends, no card: paused');
    update({ status: 'paused' }, 'customer.subscription.paused');
    return;
  }
  say(`renewed: ${act.pay}${act.drafted ? ', drafted for an hour' : ''}`);
  update((it) => {
    nextPeriod(it, at);
    if (wasTrial) it.status = 'active';
  });
  const later = stage.due_later.splice(0).flatMap(({ item, ...line }) => {
    const still = sub.items.some(({ id }) => id === item);
    return still ? [{ ...line, item, amount: 500 * line.quantity, proration: true }] : [];
  });
  const lines = [...later, ...sub.items.map((it) => lineOf(it))];
  const invoice = draftInvoice(stage, 'subscription_cycle', lines);
  update({ latest_invoice: invoice.id });
  if (sub.pause_collection === 'keep_as_draft' || sub.status === 'unpaid') return;
  if (act.drafted) {
    moment();
    passTo((at + HOUR) * 1000);
  }
  if (sub.pause_collection) {
    finalize(stage, invoice);
    if (invoice.status === 'paid') return;
    invoice.status = sub.pause_collection === 'void' ? 'void' : 'uncollectible';
    tell(
      invoice.status === 'void' ? 'invoice.voided' : 'invoice.marked_uncollectible',
      'invoice',
      invoice.id,
    );
    return;
  }
  finalize(stage, invoice);
  // A card that fails is known at once; a bank takes its time, and nobody hears of it in this life.
  const paid = collect(stage, invoice, act.pay === 'on its way' ? 'failed' : act.pay);
  if (!paid) pastDue(stage);
  else if (sub.status === 'past_due') update({ status: 'active' });
}
