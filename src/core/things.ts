/**
 * The shop's own objects in neutral words: what each group of each thing says. Types alone; they are joined in
 * sale.ts and read in known.ts. What must never happen here: a shop's own word, or a value that stands for "not said".
 */

import type { LicenseFields } from './license.ts';

/** One of the shop's own objects, in neutral words. */
export type ThingKind =
  | 'checkout'
  | 'addition'
  | 'subscription'
  | 'invoice'
  | 'payment'
  | 'refund'
  | 'dispute';

/** A part of a thing that a payload either says whole or does not say at all. */
export type Group = 'standing' | 'money' | 'lines' | 'paid_lines' | 'buyer' | 'links' | 'past_due';

/** What a person gives by hand: a product or a bundle, and what differs from its policy. */
export interface Chosen {
  readonly product?: string | undefined;
  readonly bundle?: string | undefined;
  readonly policy?: string | undefined;
  /** One license for each unit if left out. */
  readonly per?: 'unit' | 'line' | undefined;
  readonly values: LicenseFields;
}

/** One line of a checkout or subscription, as the shop sells it. */
export interface Line {
  /** Unique in its sale and stable over time: the shop's own line id, or composed where the shop promises none. */
  readonly id: string;
  readonly title: string;
  /** Units that the shop says are bought now (already less the refunds in `refunds_counted`). Null: not a number of units. */
  readonly quantity: number | null;
  /** What the line *is*: price, product, variant, sku… Rules match on these; another value maps the line anew. */
  readonly refs: Readonly<Record<string, string>>;
  /** All else that rules match and templates read: `metadata.x`, `property.x`, `vendor`, `lookup_key`… */
  readonly attributes: Readonly<Record<string, string>>;
  /** Why this line is never licensed (a tip, a gift card), in a few words; absent for goods. */
  readonly not_licensed?: string;
  /** The keyless line of a session whose own lines could not be asked for. */
  readonly stands_for_all?: boolean;
  /** What a person chose for this line; no rule is asked then. Of an order by hand alone. */
  readonly chosen?: Chosen;
}

export interface Checkout {
  readonly standing: {
    readonly state: 'open' | 'complete' | 'expired' | 'cancelled';
    /** When the shop says it was bought, epoch ms; null when not said. */
    readonly bought_at: number | null;
    /** When the shop says it was cancelled, epoch ms; left unsaid where it does not. */
    readonly cancelled_at?: number | null;
    /** A single order marked as a test inside a live shop. */
    readonly test: boolean;
    /** Why it can never issue (a set-up session, the shop's sample payload), in a few words; null for a sale. */
    readonly void_reason: string | null;
    /** Shown to people: `#1001`. */
    readonly label?: string;
  };
  readonly money: {
    /** `paid`: all of it is settled or nothing is due. `unpaid`: not yet. `voided`: will never be. `refunded`: all of it went back. */
    readonly state: 'unpaid' | 'paid' | 'voided' | 'refunded';
    /** Lower-case ISO code; null where no money was named. */
    readonly currency: string | null;
    /** Decimal text as the shop writes it, or minor units where it counts so; shown, never counted with. */
    readonly total: string | null;
  };
  readonly lines: {
    readonly lines: readonly Line[];
    /** Ids of the refunds that `quantity` of these lines already accounts for. */
    readonly refunds_counted: readonly string[];
  };
  /** The newest line set that the shop called paid: an edit that adds a line makes the whole order unpaid again, and what was paid stays issued. */
  readonly paid_lines: {
    readonly quantities: Readonly<Record<string, number>>;
    /** As of `lines`: the refunds that these quantities account for. */
    readonly refunds_counted: readonly string[];
  };
  readonly buyer: Buyer;
  readonly links: {
    readonly refs: readonly string[];
    /** What a session says of the lines of the subscription that it began: `payment_link`, `metadata.x`… */
    readonly attributes?: Readonly<Record<string, string>>;
  };
}

/**
 * Lines that were put to a checkout later, each addition for itself: so two of them at once are both there, whichever
 * came first.
 */
export interface Addition {
  readonly lines: { readonly lines: readonly Line[] };
}

/** Something that is sold for a time, again and again. */
export interface Subscription {
  readonly standing: {
    readonly state:
      | 'incomplete'
      | 'incomplete_expired'
      | 'trialing'
      | 'active'
      | 'past_due'
      | 'unpaid'
      | 'paused'
      | 'canceled';
    /** Lower-case ISO code; null when not said. */
    readonly currency: string | null;
    /** Epoch ms; null where there is none. All of these. */
    readonly started_at: number | null;
    readonly trial_ends_at: number | null;
    /** When it is going to end, because somebody gave notice. */
    readonly ends_at: number | null;
    /** When it did end. */
    readonly ended_at: number | null;
    /** The shop asks for no money just now; the subscription itself goes on. */
    readonly collection_paused: boolean;
  };
  readonly lines: {
    readonly lines: readonly Line[];
    /** The current period of each line, paid or not, by line id; epoch ms. */
    readonly periods: Readonly<Record<string, { readonly start: number; readonly end: number }>>;
  };
  readonly buyer: Buyer;
  /** Told only by asking; a payload leaves it unsaid. */
  readonly links: {
    readonly refs: readonly string[];
    /** The checkout that it began with; null: the shop says that there was none. */
    readonly checkout: string | null;
    /** The shop told all of its invoices, too: what is not among them was not paid. */
    readonly invoices_asked: boolean;
  };
  /** Of a thing named `<subscription id>@<start of the period, epoch ms>`, by `pastDueFact`: the earliest word that it was past due. */
  readonly past_due: { readonly since: number };
}

export interface Invoice {
  readonly standing: {
    readonly state: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
    /** Since when it is to be paid, epoch ms. */
    readonly due_at: number | null;
  };
  /** What was paid of it, in minor units. */
  readonly money: { readonly amount: string; readonly currency: string };
  readonly lines: {
    /** What it charges for, credits left out; `line`: the subscription's line, null where it is not said. Epoch ms. */
    readonly periods: readonly {
      readonly line: string | null;
      readonly start: number;
      readonly end: number;
    }[];
    /** False where the payload had only the first of its lines. */
    readonly whole: boolean;
  };
  readonly buyer: Buyer;
  /** Its payments and their charges. */
  readonly links: { readonly refs: readonly string[] };
}

/** Who buys. Every field may be unknown: a counter sale has none. */
export interface Buyer {
  readonly email: string | null;
  readonly name: string | null;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly company: string | null;
  readonly phone: string | null;
  /** The shop's own id of the customer. */
  readonly reference: string | null;
  readonly locale?: string | null;
  readonly country?: string | null;
  /** Id of the account that whoever entered the order puts its customer into; no shop knows of one. */
  readonly member_of?: string | undefined;
}

/** A payment, or one charge of it. */
export interface Payment {
  readonly standing: { readonly state: 'pending' | 'succeeded' | 'failed' };
  readonly money: {
    /** In minor units. */
    readonly amount: string;
    readonly currency: string;
    /** What went back of it so far, in minor units; counts only while no refund of it is known by name. */
    readonly refunded?: string;
  };
  /** Other names of the same money: the payment of a charge, the invoice of a payment. */
  readonly links: { readonly refs: readonly string[] };
}

export interface Refund {
  readonly standing: { readonly state: 'pending' | 'requires_action' | 'succeeded' | 'canceled' | 'failed' };
  readonly money: {
    readonly amount: string | null;
    readonly currency: string;
    /** All of it is money for shipping, which no license hangs on. */
    readonly shipping_only?: true;
  };
  /** Units taken back, by line id. Empty: money only. Left unsaid where the shop never names units. */
  readonly lines: { readonly units: Readonly<Record<string, number>> };
  /** The payment and the charge that it gives back; the order, where the shop has no such names. */
  readonly links: { readonly refs: readonly string[] };
}

/** The buyer's bank contradicts a payment, asks about it, or warns of it. */
export interface Dispute {
  readonly standing: {
    /**
     * `warning`: likely fraud, nothing is disputed yet. `inquiry`, `inquiry_closed`: no money was taken. `opened`;
     * then `lost`, `appealed` (lost, and contested once more), `won` (a late win too), or `prevented` (settled before
     * it began, by a refund).
     */
    readonly state:
      | 'warning'
      | 'inquiry'
      | 'inquiry_closed'
      | 'opened'
      | 'lost'
      | 'appealed'
      | 'won'
      | 'prevented';
    readonly reason: string | null;
  };
  readonly money: { readonly amount: string | null; readonly currency: string };
  readonly links: { readonly refs: readonly string[] };
}

/** The content of each (kind, group) that this version reads. */
export interface Contents {
  readonly checkout: Checkout;
  readonly addition: Addition;
  readonly subscription: Subscription;
  readonly invoice: Invoice;
  readonly payment: Payment;
  readonly refund: Refund;
  readonly dispute: Dispute;
}
