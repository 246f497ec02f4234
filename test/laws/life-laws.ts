/**
 * What must hold of every life, however its events arrive: the licenses are what the oracle says, one for a slot and
 * each key drawn once; at rest; and the same as if all had come in order. Each check gives back what is wrong, in words.
 */
import { type License, slotName, stateOf } from '../../src/core/plan.ts';
import type { Life } from '../fakes/stripe-shop.ts';
import { carryLife, type Lived, type Outcome } from './life.ts';
import type { Manner } from './life-arbitrary.ts';
import { PROMPT } from './life-messages.ts';
import type { Edition } from './life-vendor.ts';
import { asFarAsTold, decidedAs, type TrueSlot, type Truth, truthOf } from './stripe-truth.ts';

export interface Case {
  readonly life: Life;
  readonly manner: Manner;
}

/** @returns what is wrong; empty when all laws hold */
export async function wrongsOf({ life, manner }: Case): Promise<readonly string[]> {
  const lived = await carryLife(life, manner);
  if (lived.shop.events.length === 0) return [];
  const wrongs = [...againstTheTruth(lived, manner), ...againstItself(lived, manner), ...restless(lived)];
  // Where both are what the oracle says they are nearly the same already: now and then it is enough.
  if (wrongs.length === 0 && manner.ordered && manner.revised === null && !manner.person)
    wrongs.push(...(await againstOrder(lived, { life, manner })));
  return wrongs.length > 0
    ? [...wrongs, '', ...lived.story, `  looked at ${new Date(lived.as_of).toISOString()}`]
    : [];
}

function standing(licenses: readonly License[]): readonly License[] {
  return licenses.filter((it) => !it.replaced);
}

function isDoubtful({ flags }: Outcome): boolean {
  return flags.includes('ambiguous_order');
}

/** A one-time session that was issued before it could be asked for keeps its one line. */
function isKeyless({ licenses }: Outcome): boolean {
  return licenses.some(({ line_id }) => line_id === 'session');
}

export function againstTheTruth(
  lived: Outcome,
  { on, key, style, untold, decision }: Pick<Manner, 'on' | 'key' | 'style' | 'untold' | 'decision'>,
): string[] {
  const { shop, as_of } = lived;
  if (isDoubtful(lived)) return lived.doubtful ? [] : ['the order is called ambiguous, and nothing is'];
  const licenses = standing(lived.licenses);
  const { world } = shop.end;
  const known = key === 'never' && untold ? asFarAsTold(world, untold, shop.generation === 'old') : world;
  if (!known) return [];
  // Since when it was past due only an open invoice tells, or the event of that day; a thin event says no more than
  // what to ask for.
  const since =
    world.subscription?.status !== 'past_due' || world.invoices.some(({ status }) => status === 'open');
  if (!since && (!lived.lossless || (key === 'always' && style === 'thin'))) return [];
  const seen = ({ edition, worded }: Mapped) =>
    truthOf(known, {
      as_of,
      worded,
      on: decidedAs(on, decision),
      from: lived.asked && !isKeyless(lived) ? 'answers' : 'payloads',
      edition,
    });
  const flags = lived.flags.filter((it) => it !== 'no_lines').sort();
  const { flags: trueFlags, looks, entitled } = seen({ edition: () => 1, worded: () => true });
  const looked = lived.reviews.flatMap((it) => /^(re_.*):look$/.exec(it)?.[1] ?? []).sort();
  const asksRightly =
    entitled.length === 0 || untold !== null || lived.pinned !== null || looked.join() === looks.join();
  // What a person lets run on beyond what is owed runs on, ended or not.
  const slot = lived.override?.valid_until === undefined ? null : slotName(lived.override);
  const wrongs = mappingsOf(lived).map((it) => {
    const truth = overridden(seen(it), lived);
    const owed = truth.entitled.some((one) => one.slot === slot);
    const judged = licenses.filter((one) => owed || slotName(one) !== slot);
    return compared(truth, judged, as_of);
  });
  return [
    ...(wrongs.find((it) => it.length === 0) ?? wrongs[0] ?? []),
    ...(asksRightly ? [] : [`a person is to look at ${looked.join()} instead of ${looks.join()}`]),
    ...(flags.join() === trueFlags.join() ? [] : [`flags ${flags.join()} instead of ${trueFlags.join()}`]),
  ];
}

/**
 * By which revision a line is mapped: what was sold before the second came stays as it was. A line that was another
 * one meanwhile was mapped anew if the river ever saw it so: then either is right.
 */
function mappingsOf({ pinned, shop, worded }: Outcome): readonly Mapped[] {
  const pin = (line: string, price: string) => pinned?.get(line) === price;
  const moved = new Set(shop.moved);
  const editions: Mapped['edition'][] = pinned
    ? [
        (line, price) => (pin(line, price) ? 1 : 2),
        (line, price) => (pin(line, price) && !moved.has(line) ? 1 : 2),
      ]
    : [() => 1];
  // What was waited for in vain came after some lines were mapped, and before others: of each either is right.
  const items = worded ? [] : (shop.end.world.subscription?.items ?? []).map(({ id }) => id);
  const choices = items.reduce<readonly (readonly string[])[]>(
    (all, id) => all.flatMap((it) => [it, [...it, id]]),
    [[]],
  );
  return editions.flatMap((edition) =>
    choices.map((late) => ({ edition, worded: (line: string) => !late.includes(line) })),
  );
}

interface Mapped {
  readonly edition: (line: string, price: string) => Edition;
  readonly worded: (line: string) => boolean;
}

/** A person's word on a slot stands above what the shop says. */
function overridden(truth: Truth, { override }: Outcome): Truth {
  if (!override) return truth;
  const own = (it: TrueSlot): TrueSlot => {
    if (it.slot !== slotName(override)) return it;
    const { hold, valid_until } = override;
    return {
      ...it,
      ...(hold && { state: 'suspended' as const }),
      ...(valid_until !== undefined && { valid_until }),
    };
  };
  return { ...truth, entitled: truth.entitled.map(own), ended: truth.ended.map(own) };
}

function compared(truth: Truth, licenses: readonly License[], asOf: number): string[] {
  const bySlot = new Map(licenses.map((it) => [slotName(it), it]));
  const wrongs: string[] = [];
  for (const it of truth.entitled) {
    const license = bySlot.get(it.slot);
    if (!license) wrongs.push(`${it.slot} is missing`);
    else wrongs.push(...differences(it, license));
    bySlot.delete(it.slot);
  }
  for (const it of truth.ended) {
    const license = bySlot.get(it.slot);
    // What ended is not replaced any more by what it could not become.
    const as = license && { ...it, product: license.product, policy: license.policy };
    if (license && as) {
      const seats = license.fields.max_activations ?? null;
      wrongs.push(...differences({ ...as, seats }, license).map((word) => `ended ${word}`));
    }
    bySlot.delete(it.slot);
  }
  for (const [slot, it] of bySlot) {
    if (truth.parked.includes(it.line_id)) continue;
    const isOver = stateOf(it.reasons) === 'revoked' || (it.valid_until !== null && it.valid_until <= asOf);
    if (!isOver)
      wrongs.push(`${slot} is ${stateOf(it.reasons)} until ${time(it.valid_until)}, and nothing is owed`);
  }
  return wrongs;
}

function differences(is: TrueSlot, license: License): string[] {
  const wrongs: string[] = [];
  const seats = license.fields.max_activations ?? null;
  const reasons = license.reasons.map(({ name, act, cause }) => `${name} ${act} ${cause}`).join();
  if (license.product !== is.product || license.policy !== is.policy || seats !== is.seats) {
    wrongs.push(
      `${is.slot} is ${license.product} ${license.policy} ${seats} instead of ${is.product} ${is.policy} ${is.seats}`,
    );
  }
  if (stateOf(license.reasons) !== is.state) {
    wrongs.push(`${is.slot} is ${stateOf(license.reasons)} (${reasons}) instead of ${is.state}`);
  }
  if (is.valid_until !== undefined && license.valid_until !== is.valid_until) {
    wrongs.push(`${is.slot} is valid until ${time(license.valid_until)} instead of ${time(is.valid_until)}`);
  }
  return wrongs;
}

function time(at: number | null): string {
  return at === null ? 'ever' : new Date(at).toISOString();
}

/** Slots and keys: the database would refuse a second license for a slot, and the river does. */
function againstItself({ river, count }: Lived, { key, untold }: Manner): string[] {
  const isPartlyTold = key === 'never' && untold !== null;
  const wrongs: string[] = [];
  const twice = river.drawn.filter((it, n) => river.drawn.indexOf(it) !== n);
  if (twice.length > 0) wrongs.push(`keys drawn again for ${twice.join(', ')}`);
  if (river.drawn.length !== (river.sale?.licenses.length ?? 0)) wrongs.push('a key was drawn for nothing');
  // Of what is not told of, some events wait for a sale that nothing leads to.
  if (river.ends.size !== count && !isPartlyTold)
    wrongs.push(`${count - river.ends.size} of ${count} events have no end`);
  if (isPartlyTold) return wrongs;
  const unread = [...river.ends].filter(([, end]) => end !== 'done' && end !== 'ignored');
  if (unread.length > 0) wrongs.push(`events ended ${JSON.stringify(unread)}`);
  return wrongs;
}

function restless({ river, pinned }: Lived): string[] {
  // What was never sold is read by the second revision the next time that it is looked at.
  if (pinned) river.deliver([...river.ends.keys()]);
  const before = river.sale;
  try {
    river.replay(...river.ends.keys());
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return before === river.sale || before?.version === river.sale?.version
    ? []
    : ['a replay changed something'];
}

/** The same, if all had come in order and at once: refs, lines, flags, what is left to a person. */
async function againstOrder(lived: Lived, { life, manner }: Case): Promise<string[]> {
  const ordered = await carryLife(life, { ...manner, arrivals: PROMPT }, lived.as_of);
  if (isDoubtful(lived) || isDoubtful(ordered) || lived.asked !== ordered.asked) return [];
  if (isKeyless(lived) !== isKeyless(ordered)) return [];
  const wrongs: string[] = [];
  const compare = (what: string, of: (it: Lived) => unknown) => {
    const [is, should] = [lived, ordered].map((it) => JSON.stringify(of(it)));
    if (is !== should) wrongs.push(`${what}: ${is}, in order ${should}`);
  };
  compare('flags', ({ river }) => river.flags);
  // That a bank said no only its own event tells: an order that waits for nothing more is called so.
  if (lived.lossless) compare('state', ({ river }) => river.sale?.state);
  if (lived.lossless && lived.worded && ordered.worded) compare('lines', ({ river }) => river.sale?.items);
  compare('reviews', ({ river }) => [...river.reviews].sort());
  if (lived.lossless && typeof manner.key !== 'number')
    compare('refs', ({ river }) => [...(river.sale?.doc.refs ?? [])].sort());
  return wrongs;
}
