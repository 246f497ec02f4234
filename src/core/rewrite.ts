/**
 * All that was stored of one order, written anew without its buyer: for who carries a redaction out, and for a settle
 * that finds a tombstone over an order it knew. What must never happen here: an event passed over.
 */
import { LIMITS } from './limits.ts';
import type { Burials } from './store.ts';

/** @returns how many events had something to lose */
export async function rewriteEventsOf(
  store: Pick<Burials, 'eventsOfOrder' | 'rewriteEvents'>,
  orderId: string,
  redact: (body: string) => string,
): Promise<number> {
  let rewritten = 0;
  for (let after = ''; ; ) {
    const ids = await store.eventsOfOrder(orderId, after, LIMITS.redacted_events);
    rewritten += await store.rewriteEvents(ids, redact);
    if (ids.length < LIMITS.redacted_events) return rewritten;
    after = ids.at(-1) ?? '';
  }
}
