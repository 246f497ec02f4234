/**
 * What is known of a sale, read from its registers. It stands between merge and map. Every answer here is
 * derived anew from the things; none is stored as a register of its own.
 */
import { canonical, same } from './json.ts';
import type { Snapshot, Things } from './sale.ts';
import type { Buyer, Contents, Group, Refund, ThingKind } from './things.ts';

/** One thing with those of its groups that anybody has said so far. */
export type Known<K extends keyof Contents> = { readonly id: string } & {
  readonly [G in keyof Contents[K]]?: Contents[K][G];
};

/** A refund, and when the shop made it, epoch ms: the smallest stamp of what is said of it. */
export type KnownRefund = Known<'refund'> & { readonly at: number };

export interface KnownSale {
  readonly checkout: Known<'checkout'> | null;
  readonly subscription: Known<'subscription'> | null;
  /** When the subscription was first said to be past due, by the period it happened in; in their order. Epoch ms. */
  readonly past_due: readonly { readonly period: number; readonly since: number }[];
  readonly invoices: readonly Known<'invoice'>[];
  readonly payments: readonly Known<'payment'>[];
  /** In the order in which they were made; of those made at once, by id. */
  readonly refunds: readonly KnownRefund[];
  readonly disputes: readonly Known<'dispute'>[];
  /** Two words of the shop contradict each other and nothing but their bytes could decide. */
  readonly ambiguous: boolean;
  /** The lines of the checkout are among what contradicts itself. */
  readonly lines_ambiguous: boolean;
}

/** Where `state` is in this list, the later the further. */
const inOrder =
  (...states: readonly string[]) =>
  (it: { readonly state: string }) =>
    states.indexOf(it.state);

/** Names come and never go. */
const namesTold = (it: { readonly refs: readonly string[] }) => it.refs.length;

/** How far along its own life an object is, where that order is certain. Higher is later. */
const PROGRESS: Partial<Record<`${ThingKind}/${Group}`, (content: never) => number>> = {
  'checkout/standing': inOrder('open', 'complete', 'expired', 'cancelled'),
  'checkout/money': inOrder('unpaid', 'paid', 'voided', 'refunded'),
  'checkout/lines': (it: Contents['checkout']['lines']) => it.refunds_counted.length,
  // More refunds counted is later; of as many, fewer units: an edit that adds waits for its money.
  'checkout/paid_lines': ({ quantities, refunds_counted }: Contents['checkout']['paid_lines']) =>
    refunds_counted.length + 1 / (1 + Object.values(quantities).reduce((sum, units) => sum + units, 0)),
  // Between what is alive (active, past due, unpaid, paused) it goes back and forth.
  'subscription/standing': ({ state }: Contents['subscription']['standing']) =>
    ['incomplete', 'trialing'].includes(state) ? ['incomplete', 'trialing'].indexOf(state) : 2,
  'invoice/standing': inOrder('draft', 'open', 'uncollectible', 'void', 'paid'),
  'invoice/money': (it: Contents['invoice']['money']) => Number(it.amount),
  'payment/standing': inOrder('pending', 'failed', 'succeeded'),
  'payment/money': (it: Contents['payment']['money']) => Number(it.refunded ?? 0),
  'dispute/money': (it: Contents['dispute']['money']) => Number(it.amount ?? 0),
  'dispute/standing': inOrder(
    'warning',
    'inquiry',
    'inquiry_closed',
    'opened',
    'lost',
    'appealed',
    'prevented',
    'won',
  ),
};

/** Reads one register: picks among equally late words, and says when only bytes could. */
export function choose(
  kind: ThingKind,
  group: Group,
  register: readonly Snapshot[],
): { readonly content: unknown; readonly ambiguous: boolean } {
  const [sole] = register;
  if (register.length === 1 && sole) return { content: sole.content, ambiguous: false };
  const said = Map.groupBy(register, (it) => canonical(it.content));
  const different = [...said.values()];
  const [only] = different;
  if (different.length === 1 && only?.[0]) return { content: only[0].content, ambiguous: false };

  // Each may say what was before it: the last is the one that nobody comes after.
  const last = different.filter((it) => !different.some((other) => other !== it && follow(other, it)));
  const [end] = last;
  if (last.length === 1 && end?.[0]) return { content: end[0].content, ambiguous: false };

  // The content of a (kind, group) has the type that its progress function takes: normalize made it so.
  const progress = (PROGRESS[`${kind}/${group}`] ?? (group === 'links' ? namesTold : () => 0)) as (
    content: unknown,
  ) => number;
  const contents = different.flatMap(([it]) => (it ? [it.content] : []));
  const furthest = Math.max(...contents.map((it) => progress(it)));
  const candidates = contents.filter((it) => progress(it) === furthest);
  const chosen = candidates.sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1)).at(-1);
  return { content: chosen, ambiguous: candidates.length > 1 };
}

/** One of those who say `a` says that before it, things were as `b` has them. */
function follow(a: readonly Snapshot[], b: readonly Snapshot[]): boolean {
  const [before] = b;
  return before !== undefined && a.some((it) => follows(it, before));
}

function follows(a: Snapshot, b: Snapshot): boolean {
  if (a.previous === null || typeof a.previous !== 'object') return false;
  if (b.content === null || typeof b.content !== 'object') return false;
  const before = Object.entries(a.previous);
  const content: Record<string, unknown> = { ...b.content };
  return before.length > 0 && before.every(([key, value]) => same(content[key], value));
}

const read = new WeakMap<Things, KnownSale>();

/** Everything the things say. Things never change, so what was read of them is kept as long as they are. */
export function readSale(things: Things): KnownSale {
  const known = read.get(things) ?? readThings(things);
  read.set(things, known);
  return known;
}

function readThings(things: Things): KnownSale {
  const found = new Map<string, Record<string, unknown>>();
  const earliest = new Map<string, number>();
  let ambiguous = false;
  let linesAmbiguous = false;
  for (const [name, register] of Object.entries(things)) {
    const [kind, id, group] = splitName(name);
    const chosen = choose(kind, group, register);
    ambiguous ||= chosen.ambiguous;
    linesAmbiguous ||= chosen.ambiguous && kind === 'checkout' && group === 'lines';
    const key = `${kind}/${id}`;
    const stamps = register.map(({ stamp }) => stamp);
    earliest.set(key, Math.min(earliest.get(key) ?? Number.POSITIVE_INFINITY, ...stamps));
    const thing = found.get(key) ?? { id };
    thing[group] = chosen.content;
    found.set(key, thing);
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  const all = <K extends keyof Contents>(kind: K): Known<K>[] =>
    sorted
      .filter(([key]) => key.startsWith(`${kind}/`))
      // Only facts made by `fact()` are merged, and it ties content to kind and group.
      .map(([, thing]) => thing as Known<K>);
  const subscriptions = all('subscription');
  return {
    checkout: withAdditions(
      all('checkout')[0] ?? null,
      all('addition'),
      (id) => earliest.get(`addition/${id}`) ?? 0,
    ),
    subscription: subscriptions.find(({ past_due }) => !past_due) ?? null,
    past_due: subscriptions
      .flatMap(({ id, past_due }) => (past_due ? [{ period: periodOf(id), since: past_due.since }] : []))
      .sort((a, b) => a.period - b.period),
    invoices: all('invoice'),
    payments: all('payment'),
    refunds: all('refund')
      .map((it) => ({ ...it, at: earliest.get(`refund/${it.id}`) ?? 0 }))
      .sort((a, b) => a.at - b.at || compareIds(a.id, b.id)),
    disputes: all('dispute'),
    ambiguous,
    lines_ambiguous: linesAmbiguous,
  };
}

/** In the order in which they were added; of those added at once, by id. */
function withAdditions(
  checkout: Known<'checkout'> | null,
  additions: readonly Known<'addition'>[],
  at: (id: string) => number,
): Known<'checkout'> | null {
  if (!checkout?.lines || additions.length === 0) return checkout;
  const sorted = [...additions].sort((a, b) => at(a.id) - at(b.id) || (a.id < b.id ? -1 : 1));
  const added = sorted.flatMap((it) => it.lines?.lines ?? []);
  return { ...checkout, lines: { ...checkout.lines, lines: [...checkout.lines.lines, ...added] } };
}

/** As `pastDueFact` composes it. */
function periodOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('@') + 1));
}

/** Numbers by size, whatever their length: shops count up. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** Ids may hold slashes; kinds and groups do not. */
function splitName(name: string): [ThingKind, string, Group] {
  const first = name.indexOf('/');
  const last = name.lastIndexOf('/');
  // Names are made in one place, by `merge`, from these very types.
  return [name.slice(0, first) as ThingKind, name.slice(first + 1, last), name.slice(last + 1) as Group];
}

/** A refund takes effect when the money went back, not while it is on its way. */
export function isLive(refund: { readonly standing?: Refund['standing'] }): boolean {
  return refund.standing?.state === 'succeeded';
}

/** When it was bought, epoch ms; null where the shop does not say. */
export function boughtAt({ checkout, subscription }: KnownSale): number | null {
  return checkout?.standing?.bought_at ?? subscription?.standing?.started_at ?? null;
}

/** Who buys, field by field: by the checkout's word, else the subscription's, else that of its first invoice. */
export function buyerOf({ checkout, subscription, invoices }: KnownSale): Buyer | null {
  const told = [checkout, subscription, ...invoices].flatMap((it) => it?.buyer ?? []);
  const [first] = told;
  if (!first) return null;
  const buyer: Record<string, string | null> = {};
  for (const it of told) {
    for (const [field, value] of Object.entries(it)) buyer[field] ??= value ?? null;
  }
  // Every field that `first` has, under the same name.
  return { ...first, ...buyer };
}
