/**
 * What the shop says was bought: a grow-only map of (thing, group) → register, joined by `merge`.
 * It stands between normalize and map. What must never happen here: a register that depends on the order in
 * which events arrived, or a value that no payload said.
 */
import { canonical } from './json.ts';

/** One of the shop's own objects, in neutral words. */
export type ThingKind = 'checkout' | 'subscription' | 'invoice' | 'payment' | 'refund' | 'dispute';

/** A part of a thing that a payload either says whole or does not say at all. */
export type Group = 'standing' | 'money' | 'lines' | 'paid_lines' | 'buyer' | 'links';

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
    /** Lower-case ISO code. */
    readonly currency: string;
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
}

export interface Payment {
  readonly standing: { readonly state: 'pending' | 'succeeded' | 'failed' };
  readonly money: { readonly amount: string; readonly currency: string };
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
  readonly links: { readonly refs: readonly string[] };
}

/** The content of each (kind, group) that this version reads. */
export interface Contents {
  readonly checkout: Checkout;
  readonly payment: Payment;
  readonly refund: Refund;
}

/** One group of one thing as one answer or event told it. */
export interface Snapshot {
  /** When the *shop* says it was so, epoch ms. Never our clock. */
  readonly stamp: number;
  /** Fetched after an event (true) or told by it (false). */
  readonly asked: boolean;
  /** 0, or more where a state never goes back: refunds by progress; a subscription's end. */
  readonly finality: number;
  /** Event id or answer id. */
  readonly origin: string;
  /** Version of the normalizer that read it. */
  readonly reader: number;
  readonly content: unknown;
  /** What the shop says the changed fields were before, where it says so. */
  readonly previous?: unknown;
}

/** One snapshot with its place: what normalize yields. */
export interface Fact {
  readonly kind: ThingKind;
  readonly id: string;
  readonly group: Group;
  readonly snapshot: Snapshot;
}

/** `kind/id/group` → the undominated snapshots, in canonical order. */
export type Things = Readonly<Record<string, readonly Snapshot[]>>;

/** Makes a fact whose content is checked against its kind and group. */
export function fact<K extends keyof Contents, G extends keyof Contents[K] & Group>(
  kind: K,
  id: string,
  group: G,
  content: Contents[K][G],
  from: Omit<Snapshot, 'content' | 'finality'> & { readonly finality?: number },
): Fact {
  return { kind, id, group, snapshot: { finality: 0, ...from, content } };
}

/** Which of two snapshots of one register is the later word: positive when `a` is. */
function compare(a: Snapshot, b: Snapshot): number {
  return (
    a.finality - b.finality || a.stamp - b.stamp || Number(a.asked) - Number(b.asked) || a.reader - b.reader
  );
}

/**
 * A strict partial order: the greater (finality, stamp, asked, reader) wins, so a mended reader replaces what
 * an older one read of the same event; equal words said twice count once. Equal keys with different content
 * dominate neither way: both stay. Because it is a strict partial order, the undominated elements of a union
 * do not depend on how it was built, and that alone makes `merge` commutative, associative and idempotent.
 */
function dominates(a: Snapshot, b: Snapshot): boolean {
  const order = compare(a, b);
  return order > 0 || (order === 0 && a.origin < b.origin && wordsOf(a) === wordsOf(b));
}

function wordsOf(it: Snapshot): string {
  return canonical([it.content, it.previous ?? null]);
}

/** One register joined: what is not dominated, once each, in canonical order. */
function join(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const byText = new Map(snapshots.map((it) => [canonical(it), it]));
  return [...byText]
    .filter(([, it]) => !snapshots.some((other) => dominates(other, it)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, it]) => it);
}

/** Joins facts into what is known. Returns the same object when nothing new was said. */
export function merge(things: Things, facts: readonly Fact[]): Things {
  let merged: Record<string, readonly Snapshot[]> | null = null;
  for (const { kind, id, group, snapshot } of facts) {
    const name = `${kind}/${id}/${group}`;
    const before: readonly Snapshot[] = (merged ?? things)[name] ?? [];
    const after = join([...before, snapshot]);
    if (canonical(after) === canonical(before)) continue;
    merged ??= { ...things };
    merged[name] = after;
  }
  return merged ?? things;
}

/** Joins two sales' knowledge: the lattice's join. */
export function mergeThings(a: Things, b: Things): Things {
  const merged: Record<string, readonly Snapshot[]> = { ...a };
  for (const [name, snapshots] of Object.entries(b))
    merged[name] = join([...(merged[name] ?? []), ...snapshots]);
  return merged;
}
