/**
 * What the simulated Stripe holds at one moment: one sale and all that hangs on it, in seconds and minor units, of no
 * API generation. Beside it: what its prices are. Types and plain facts alone; stripe-shop.ts moves it.
 */

/** What a line is, by the middle of its price's id. */
export type Ware =
  | 'pro'
  | 'max'
  | 'timed'
  | 'cli'
  | 'suite'
  | 'seats'
  | 'linked'
  | 'goods'
  | 'unknown'
  | 'metered';

/** A month, a year, or bought once. */
export type Rhythm = 'm' | 'y' | 'once';

export const HOUR = 3600;
export const DAY = 24 * HOUR;
export const LENGTH = { m: 30 * DAY, y: 365 * DAY } as const;

export function priceOf(ware: Ware, rhythm: Rhythm): string {
  return rhythm === 'once' ? `price_${ware}` : `price_${ware}_${rhythm}`;
}

export function wareOf(price: string): Ware {
  // Ids are made by `priceOf` alone.
  return price.split('_')[1] as Ware;
}

/** Three plans of one product; every other ware is a product of its own. */
export function productOf(price: string): string {
  const ware = wareOf(price);
  return ['pro', 'max', 'timed'].includes(ware) ? 'prod_acme' : `prod_${ware}`;
}

export interface Session {
  readonly id: string;
  readonly mode: 'payment' | 'subscription';
  readonly created: number;
  payment_status: 'paid' | 'unpaid' | 'no_payment_required';
  readonly amount: number;
  payment_intent: string | null;
  invoice: string | null;
  subscription: string | null;
  readonly payment_link: string | null;
  readonly lines: readonly { readonly id: string; readonly price: string; readonly quantity: number }[];
}

export interface Item {
  readonly id: string;
  price: string;
  quantity: number;
  start: number;
  end: number;
}

export interface Subscription {
  readonly id: string;
  status:
    | 'incomplete'
    | 'incomplete_expired'
    | 'trialing'
    | 'active'
    | 'past_due'
    | 'unpaid'
    | 'paused'
    | 'canceled';
  readonly created: number;
  trial_start: number | null;
  trial_end: number | null;
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  ended_at: number | null;
  pause_collection: 'keep_as_draft' | 'void' | 'mark_uncollectible' | null;
  items: Item[];
  latest_invoice: string | null;
  pending_update: { quantity: number; item: string } | null;
  note: number;
  /** For the oracle: when it was first past due, by the start of the period. */
  past_due: Record<string, number>;
}

export interface InvoiceLine {
  readonly id: string;
  readonly amount: number;
  /** The item it charges for; null for what is bought once. */
  readonly item: string | null;
  readonly price: string;
  readonly quantity: number;
  readonly start: number;
  readonly end: number;
  readonly proration: boolean;
}

export interface Invoice {
  readonly id: string;
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly reason: string;
  readonly subscription: string | null;
  readonly created: number;
  finalized_at: number | null;
  paid_at: number | null;
  readonly lines: readonly InvoiceLine[];
  readonly total: number;
  amount_paid: number;
  payment_intent: string | null;
  charge: string | null;
}

export interface Charge {
  readonly id: string;
  readonly payment_intent: string;
  readonly invoice: string | null;
  readonly created: number;
  readonly amount: number;
}

export interface Refund {
  readonly id: string;
  readonly charge: string;
  readonly created: number;
  readonly amount: number;
  status: 'pending' | 'succeeded' | 'failed' | 'canceled';
}

export interface Dispute {
  readonly id: string;
  readonly charge: string;
  readonly created: number;
  readonly amount: number;
  status: string;
}

export interface Warning {
  readonly id: string;
  readonly charge: string;
  readonly created: number;
}

export interface World {
  session: Session | null;
  subscription: Subscription | null;
  invoices: Invoice[];
  charges: Charge[];
  refunds: Refund[];
  disputes: Dispute[];
  warnings: Warning[];
  /** A payment is on its way, and nobody knows yet whether it comes. */
  bank_thinks: boolean;
}

/** What is kept back of a charge: given back, or on its way back. */
export function amountRefunded(world: World, charge: string): number {
  return world.refunds
    .filter((it) => it.charge === charge && (it.status === 'succeeded' || it.status === 'pending'))
    .reduce((sum, { amount }) => sum + amount, 0);
}
