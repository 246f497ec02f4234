/**
 * An order by hand whose id was there before: in what the two differ. Beside by-hand.ts, pure. What must never happen
 * here: a difference that an edit made later; what was asked for is compared, not what became of it.
 */
import type { EnteredBody, EnteredItem, EnteredRequest } from './by-hand.ts';
import { clip, type Path, pathText } from './faults.ts';
import { same } from './json.ts';
import { own } from './own.ts';
import type { PlacedError } from './problem.ts';

const SAME_OR_OTHER = 'Send what was sent then, or another id for a new order.';
const APPEND = 'Send `append: true` to add it to the order.';

function placed(path: Path, message: string, remedy: string): PlacedError {
  return { file: 'request', path: pathText(['body', ...path]), message, remedy };
}

/**
 * @param was as it is stored; null once its body is not: then all that is known is that they differ
 * @returns one error for each difference, with its place in the new request
 */
export function differences(was: EnteredBody | null, now: EnteredRequest): PlacedError[] {
  if (!was || 'addition' in was)
    return [placed([], 'is not what was sent then, which is no longer stored', SAME_OR_OTHER)];
  const { request, redacted } = was;
  const found = [
    // Whoever was forgotten is not told of by a comparison.
    ...(redacted ? [] : between(request.customer, now.customer, ['customer'])),
    ...between(request.account, now.account, ['account']),
    ...between(request.test, now.test, ['test']),
    ...(redacted ? [] : between(request.note, now.note, ['note'])),
    ...now.items.flatMap((it, at) => itemDifferences(request.items, it, at)),
    ...request.items
      .filter(({ id }) => !now.items.some((it) => it.id === id))
      .map(({ id }) => placed(['items'], `the item "${clip(id)}" is left out`, SAME_OR_OTHER)),
  ];
  const forgotten = 'its customer or its note is another, and the buyer of then was forgotten';
  return found.length > 0 ? found : [placed([], forgotten, SAME_OR_OTHER)];
}

/** Of one item that comes again, or of one that was not among them. @param at its position in the new request */
export function itemDifferences(was: readonly EnteredItem[], now: EnteredItem, at: number): PlacedError[] {
  const before = was.find(({ id }) => id === now.id);
  if (!before) return [placed(['items', at], `the item "${clip(now.id)}" was not among them`, APPEND)];
  return between(before, now, ['items', at]);
}

/** Of what an addition says of its order besides: nothing, or the same. */
export function orderDifferences(
  was: EnteredBody | null,
  now: {
    readonly customer?: EnteredRequest['customer'] | undefined;
    readonly account?: string | undefined;
    readonly test?: boolean | undefined;
  },
): PlacedError[] {
  if (!was || 'addition' in was || was.redacted) return [];
  const { customer, account, test } = was.request;
  return [
    ...(now.customer === undefined ? [] : between(customer, now.customer, ['customer'])),
    ...(now.account === undefined ? [] : between(account, now.account, ['account'])),
    ...(now.test === undefined ? [] : between(test, now.test, ['test'])),
  ];
}

function between(was: unknown, now: unknown, path: Path): PlacedError[] {
  if (same(was, now)) return [];
  if (!isGroup(was) || !isGroup(now)) return [placed(path, saidOf(was, now), SAME_OR_OTHER)];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])];
  return keys.flatMap((key) => between(own(was, key), own(now, key), [...path, key]));
}

function saidOf(was: unknown, now: unknown): string {
  const said = (it: unknown) => clip(JSON.stringify(it));
  if (isNothing(now)) return `is left out, and was ${said(was)}`;
  return isNothing(was) ? `is ${said(now)}, and was left out` : `is ${said(now)}, and was ${said(was)}`;
}

function isNothing(it: unknown): boolean {
  return it === undefined || it === null;
}

function isGroup(it: unknown): it is Readonly<Record<string, unknown>> {
  return typeof it === 'object' && it !== null && !Array.isArray(it);
}

/** The name of the event that enters an order; of those of one name the first alone is stored. */
export function orderEvent(external_id: string): string {
  return `order/${external_id}`;
}

/** As `orderEvent`, of an item that is appended. */
export function itemEvent(external_id: string, { id }: EnteredItem): string {
  return `item/${JSON.stringify([external_id, id])}`;
}

/** @param was what stands under its name */
export function additionDifferences(
  was: EnteredBody | null,
  addition: EnteredItem,
  at: number,
): PlacedError[] {
  return itemDifferences(was && 'addition' in was ? [was.addition] : [], addition, at);
}
