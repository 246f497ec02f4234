/**
 * What the shop says was bought: a grow-only map of (thing, group) → register, joined by `merge`.
 * It stands between normalize and map. What must never happen here: a register that depends on the order in
 * which events arrived, or a value that no payload said.
 */
import { canonical, same } from './json.ts';
import type { Contents, Group, ThingKind } from './things.ts';

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

/**
 * That a subscription was past due, and in which of its periods: of all such words the earliest stays.
 * @param period start of the period, epoch ms
 */
export function pastDueFact(
  subscription: string,
  period: number,
  from: Omit<Snapshot, 'content' | 'finality'>,
): Fact {
  const id = `${subscription}@${period}`;
  return fact('subscription', id, 'past_due', { since: from.stamp }, { ...from, finality: -from.stamp });
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
  return order > 0 || (order === 0 && a.origin < b.origin && sameWords(a, b));
}

function sameWords(a: Snapshot, b: Snapshot): boolean {
  return same(a.content, b.content) && same(a.previous ?? null, b.previous ?? null);
}

/** One register joined: what is not dominated, once each, in canonical order. */
function join(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return snapshots.reduce(joinOne, NOTHING);
}

const NOTHING: readonly Snapshot[] = [];

/** Returns the register itself when the snapshot says nothing new. Most registers have one word, and need no text for it. */
function joinOne(register: readonly Snapshot[], it: Snapshot): readonly Snapshot[] {
  if (register.some((other) => dominates(other, it) || isSame(other, it))) return register;
  const left = register.filter((other) => !dominates(it, other));
  return left.length === 0 ? [it] : [...left, it].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
}

function isSame(a: Snapshot, b: Snapshot): boolean {
  return a.origin === b.origin && compare(a, b) === 0 && same(a, b);
}

/** Joins facts into what is known. Returns the same object when nothing new was said. */
export function merge(things: Things, facts: readonly Fact[]): Things {
  let merged: Record<string, readonly Snapshot[]> | null = null;
  for (const { kind, id, group, snapshot } of facts) {
    const name = `${kind}/${id}/${group}`;
    const before = (merged ?? things)[name] ?? NOTHING;
    const after = joinOne(before, snapshot);
    if (after === before) continue;
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
