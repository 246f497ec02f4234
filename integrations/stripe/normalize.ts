/**
 * Reads a stored event and the answers gathered for it as facts about one sale, each object by its own reader. Pure.
 * Where Stripe was asked, the answers speak and the payload gives only names of the sale, and what never goes back;
 * where it was not, the payload speaks with the event's own time. What must never happen here: an unknown type or
 * value that throws.
 */
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { problem } from '../../src/core/problem.ts';
import { readLook } from './read-look.ts';
import { readCharge, readDispute, readInvoicePayment, readRefund, readWarning } from './read-money.ts';
import { readSession } from './read-session.ts';
import { readInvoice, readSubscription } from './read-subscription.ts';
import { type Kind, kindOf, nameOf, type Told, toldBy, typeOf } from './types.ts';

const READERS: Readonly<
  Record<Kind, (told: Told, answers: readonly Answer[], event: StoredEvent) => Reading>
> = {
  session: readSession,
  subscription: readSubscription,
  invoice: readInvoice,
  invoice_payment: readInvoicePayment,
  charge: readCharge,
  refund: readRefund,
  dispute: readDispute,
  warning: readWarning,
  payment: readLook,
};

/** What a thin destination is sent to be tried out. */
const PING = 'v2.core.event_destination.ping';

export function normalize(event: StoredEvent, answers: readonly Answer[]): Reading {
  if (event.type === PING) {
    return { is: 'ignored', problem: problem('not_a_sale', 'Stripe tries out the destination') };
  }
  const told = toldBy(event);
  if (told?.look) return readLook(told, answers, event);
  if (told) return READERS[told.kind](told, answers, event);
  const kind = kindOf(event.type);
  if (kind === null) return { is: 'ignored', problem: problem('type_unknown', event.type) };
  const where = typeOf(event.type).thin ? 'related_object' : 'data.object';
  return { is: 'parked', problem: problem('body_unparsable', `no ${nameOf(kind)} in ${where}`) };
}
