/**
 * Customers from before Keyferry: which of the keys that they were given goes to which license, and which lines wait
 * for theirs. Pure; it stands between plan and what settle writes. What must never happen here: a key drawn for a
 * line whose own may still be taken in, or one key for two licenses.
 */
import type { LineResult, Pins } from './entitlement.ts';
import { own } from './own.ts';
import type { Change } from './plan.ts';
import { slotName } from './plan.ts';
import { type Problem, problem } from './problem.ts';
import type { Line } from './things.ts';

/** A key that the buyers of a sale have had since before Keyferry. */
export interface GivenKey {
  readonly id: string;
  /** The line that it is for, by its id or any ref of it; null: whichever needs one. */
  readonly line: string | null;
  readonly product: string | null;
  readonly key: string;
  /** Who took it in. */
  readonly created_by: string;
}

type Issue = Extract<Change, { readonly change: 'issue' }>;

/** What is to be issued without having been there before: a replacement never takes a key that was given out. */
function isFirst(change: Change): change is Issue {
  return change.change === 'issue' && change.generation === 0;
}

export interface AdoptionInput {
  /** What would change if every key were drawn. */
  readonly changes: readonly Change[];
  readonly lines: readonly LineResult[];
  /** As they were before. */
  readonly pins: Pins;
  /** Those of this sale that no license has, in the order in which they were taken in. */
  readonly given: readonly GivenKey[];
  /** Epoch ms; null where the shop does not say. */
  readonly bought_at: number | null;
  /** Sales before this issue with given keys alone, epoch ms; null: all issue. */
  readonly sold_since: number | null;
}

export interface Adoption {
  /** Of each slot that takes one. */
  readonly keys: ReadonlyMap<string, GivenKey>;
  /** Lines that issue nothing for now, and why. */
  readonly held: ReadonlyMap<string, Problem>;
}

export const NO_ADOPTION: Adoption = { keys: new Map(), held: new Map() };

export function adoptionOf(input: AdoptionInput): Adoption {
  const issues = input.changes.filter(isFirst);
  const lines = new Map(input.lines.map(({ line }) => [line.id, line]));
  const all = handedOut(issues, lines, input.given);
  const held = heldLines(issues, all, input);
  const keys = new Map(
    issues.flatMap((it) => {
      const key = all.get(slotName(it));
      return key && !held.has(it.line_id) ? [[slotName(it), key] as const] : [];
    }),
  );
  return { keys, held };
}

/** Slots of one line and product, which every key fits alike. */
type Kind = readonly Issue[];
interface Wish {
  readonly key: GivenKey;
  /** Its place among those given. */
  readonly at: number;
  readonly kinds: readonly Kind[];
  readonly slots: number;
}

/**
 * Those that fit few slots choose first, else in their order. Whoever finds none left has another move on who fits
 * elsewhere, too: as many as can find a place, whatever the rows left unsaid.
 */
function handedOut(
  issues: readonly Issue[],
  lines: ReadonlyMap<string, Line>,
  given: readonly GivenKey[],
): ReadonlyMap<string, GivenKey> {
  const kinds: Kind[] = [...Map.groupBy(issues, (it) => `${it.line_id}\n${it.product}`).values()];
  const taken = new Map<Kind, Wish[]>(kinds.map((kind) => [kind, []]));
  const wishes = given.map((key, at): Wish => {
    const fitting = kinds.filter(([it]) => it && fits(key, it, lines));
    return { key, at, kinds: fitting, slots: fitting.reduce((sum, kind) => sum + kind.length, 0) };
  });
  function place(wish: Wish, asked: Set<Kind>): boolean {
    for (const kind of wish.kinds) {
      const there = taken.get(kind) ?? [];
      if (there.length >= kind.length) continue;
      there.push(wish);
      return true;
    }
    for (const kind of wish.kinds) {
      if (asked.has(kind)) continue;
      asked.add(kind);
      const there = taken.get(kind) ?? [];
      const moved = there.findIndex((other) => other.kinds.length > 1 && place(other, asked));
      if (moved < 0) continue;
      there[moved] = wish;
      return true;
    }
    return false;
  }
  let left = issues.length;
  // Where nobody could move on for one, nobody can for the next.
  let full: ReadonlySet<Kind> = new Set();
  for (const wish of wishes.toSorted((a, b) => a.slots - b.slots)) {
    if (left === 0) break;
    const asked = new Set(full);
    if (place(wish, asked)) left--;
    else full = asked;
  }
  const placed = [...taken].flatMap(([kind, there]) =>
    there
      .sort((a, b) => a.at - b.at)
      .flatMap(({ key }, i) => (kind[i] ? [[slotName(kind[i]), key] as const] : [])),
  );
  return new Map(placed);
}

function fits({ line, product }: GivenKey, it: Issue, lines: ReadonlyMap<string, Line>): boolean {
  if (product !== null && product !== it.product) return false;
  return line === null || isCalled(line, { id: it.line_id, refs: lines.get(it.line_id)?.refs ?? {} });
}

/** Is a line meant by this name? */
export function isCalled(name: string, { id, refs }: Pick<Line, 'id' | 'refs'>): boolean {
  return id === name || Object.values(refs).includes(name);
}

/** What was issued here before goes on: units that are added later were sold later. */
function heldLines(
  issues: readonly Issue[],
  keys: ReadonlyMap<string, GivenKey>,
  it: AdoptionInput,
): ReadonlyMap<string, Problem> {
  if (!isOlder(it)) return new Map();
  const { pins, bought_at } = it;
  const held = new Map<string, Problem>();
  for (const [id, slots] of Map.groupBy(issues, (it) => it.line_id)) {
    const known = slots.filter((slot) => keys.has(slotName(slot))).length;
    if (known === slots.length || own(pins, id)?.outcome.is === 'granted') continue;
    const when = bought_at === null ? 'at a time that is not said' : `on ${dayOf(bought_at)}`;
    held.set(id, problem('sold_before', `bought ${when}; ${known} of ${slots.length} keys are known`));
  }
  return held;
}

/** What says no time may be as old as any. */
function isOlder({ bought_at, sold_since }: AdoptionInput): boolean {
  return sold_since !== null && (bought_at ?? Number.NEGATIVE_INFINITY) < sold_since;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** What of a settlement says whether keys that were given out matter to it. */
interface Taking {
  readonly changes: readonly Change[];
  readonly items: readonly { readonly problem: Problem | null }[];
}

export function takesKeys({ changes, items }: Taking): boolean {
  return changes.some(isFirst) || items.some(({ problem: it }) => it?.code === 'sold_before');
}
