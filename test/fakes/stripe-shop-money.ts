/**
 * What may happen to the money of a sale of the simulated Stripe: refunds with their fates, disputes with every
 * outcome, warnings. What must never happen here: more going back than was paid.
 */
import type { Stage } from './stripe-shop.ts';
import { amountRefunded, type Charge } from './stripe-shop-world.ts';

export type MoneyAct = { readonly after: number } & (
  | {
      readonly do: 'refund';
      readonly charge: number;
      readonly part: 'all' | 'half' | 'rest';
      readonly pending: boolean;
    }
  | { readonly do: 'refund ends'; readonly refund: number; readonly as: 'succeeded' | 'failed' | 'canceled' }
  | {
      readonly do: 'dispute';
      readonly charge: number;
      readonly as: 'warning_needs_response' | 'needs_response' | 'lost';
    }
  | { readonly do: 'dispute goes on'; readonly dispute: number; readonly to: number }
  | { readonly do: 'warn'; readonly charge: number }
);

export const MONEY_ACTS = ['refund', 'refund ends', 'dispute', 'dispute goes on', 'warn'] as const;

/** Where each state of a dispute may go. */
const GOES_ON: Readonly<Record<string, readonly string[]>> = {
  warning_needs_response: ['warning_under_review', 'warning_closed', 'needs_response'],
  warning_under_review: ['warning_closed', 'needs_response'],
  needs_response: ['under_review', 'won', 'lost', 'prevented'],
  under_review: ['won', 'lost'],
  lost: ['won', 'appeal_needs_response'],
  appeal_needs_response: ['appeal_under_review', 'won', 'lost'],
  appeal_under_review: ['won', 'lost'],
};
const CLOSED = ['won', 'lost', 'warning_closed', 'prevented'];

const REFUND_GOES_ON: Readonly<Record<string, readonly string[]>> = {
  pending: ['succeeded', 'failed', 'canceled'],
  succeeded: ['failed'],
};

function pick<T>(all: readonly T[], place: number): T | undefined {
  return all.length > 0 ? all[place % all.length] : undefined;
}

function left(stage: Stage, it: Charge): number {
  return it.amount - amountRefunded(stage.world, it.id);
}

export function mayMove(stage: Stage, act: MoneyAct): boolean {
  const { charges, refunds, disputes } = stage.world;
  switch (act.do) {
    case 'refund': {
      const charge = pick(charges, act.charge);
      return charge !== undefined && left(stage, charge) > 0;
    }
    case 'refund ends': {
      const refund = pick(refunds, act.refund);
      return refund !== undefined && (REFUND_GOES_ON[refund.status] ?? []).includes(act.as);
    }
    case 'dispute':
    case 'warn':
      return charges.length > 0 && disputes.length < 3;
    case 'dispute goes on': {
      const dispute = pick(disputes, act.dispute);
      return dispute !== undefined && dispute.status in GOES_ON;
    }
  }
}

export function moves(stage: Stage, act: MoneyAct): void {
  const { world, id, now, say, tell } = stage;
  switch (act.do) {
    case 'refund': {
      const charge = pick(world.charges, act.charge);
      if (!charge) return;
      const rest = left(stage, charge);
      const amount = act.part === 'half' ? Math.min(rest, Math.ceil(charge.amount / 2)) : rest;
      const status = act.pending ? ('pending' as const) : ('succeeded' as const);
      const refund = { id: id('re'), charge: charge.id, created: now(), amount, status };
      say(
        `${refund.id}: ${amount} of ${charge.amount} of ${charge.id} (${charge.invoice ?? 'no invoice'}), ${status}`,
      );
      world.refunds.push(refund);
      tell('refund.created', 'refund', refund.id);
      tell('charge.refunded', 'charge', charge.id);
      return;
    }
    case 'refund ends': {
      const refund = pick(world.refunds, act.refund);
      if (!refund) return;
      say(`${refund.id} ${act.as}`);
      refund.status = act.as;
      tell(act.as === 'failed' ? 'refund.failed' : 'refund.updated', 'refund', refund.id);
      return;
    }
    case 'dispute': {
      const charge = pick(world.charges, act.charge);
      if (!charge) return;
      const { amount } = charge;
      const dispute = { id: id('dp'), charge: charge.id, created: now(), amount, status: act.as };
      say(`${dispute.id} about ${charge.id}: ${act.as}`);
      world.disputes.push(dispute);
      tell('charge.dispute.created', 'dispute', dispute.id);
      return;
    }
    case 'dispute goes on': {
      const dispute = pick(world.disputes, act.dispute);
      const next = dispute && pick(GOES_ON[dispute.status] ?? [], act.to);
      if (!dispute || !next) return;
      // Banks take their time: never in one second.
      stage.passTo((now() + 1) * 1000);
      const late = dispute.status === 'lost' && next === 'won';
      say(`${dispute.id} goes from ${dispute.status} to ${next}`);
      dispute.status = next;
      const type = CLOSED.includes(next) && !late ? 'closed' : 'updated';
      tell(`charge.dispute.${type}`, 'dispute', dispute.id);
      return;
    }
    case 'warn': {
      const charge = pick(world.charges, act.charge);
      if (!charge) return;
      const warning = { id: id('issfr'), charge: charge.id, created: now() };
      say(`${warning.id} warns of ${charge.id}`);
      world.warnings.push(warning);
      tell('radar.early_fraud_warning.created', 'warning', warning.id);
      return;
    }
  }
}
