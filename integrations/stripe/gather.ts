/**
 * The only step that asks Stripe something: what is asked about which event. The answers are stored with the event
 * in the small shapes that normalize reads, so replays ask nobody. A thin event's own record (GET
 * /v2/core/events/…) is never asked for: it would tell what has changed, and the object as it is now outranks that.
 * What must never happen here: an answer that is older than its event believed, where nothing else would correct it.
 */
import type { Answer, Answered, AskPorts, StoredEvent } from '../../src/core/integration.ts';
import { fail, ok, type Problem, type Result } from '../../src/core/problem.ts';
import type { Asked } from './answers.ts';
import { type Asker, askerOf } from './ask.ts';
import { whyBehind } from './behind.ts';
import { aboutLook } from './gather-look.ts';
import {
  askCharge,
  askDispute,
  askInvoice,
  askInvoicePayment,
  askInvoicesOf,
  askLines,
  askRefund,
  askRefundsOf,
  askSession,
  askSubscription,
  askWarning,
  type Found,
  goneAt,
} from './questions.ts';
import type { StripeSettings } from './settings.ts';
import { checkoutSession } from './shapes-session.ts';
import { invoice, subscriptionOf } from './shapes-subscription.ts';
import { isPlain, type Kind, type Told, toldBy } from './types.ts';

type Questions = (told: Told, by: Asker) => Promise<Answered<readonly Found[]>>;

/**
 * Asks what the payload leaves out. Problems: `api_key_refused` (401, 403), `shop_object_gone` (404, where there is
 * no payload to fall back on, or no lines of a session), and to be tried again `shop_unavailable` or
 * `line_items_unavailable` (429, 5xx, no or a broken answer, an answer that is behind its thin event).
 *
 * @returns no answers without an API key or for events that sell nothing
 */
export async function gather(
  event: StoredEvent,
  settings: StripeSettings,
  ports: AskPorts,
  refresh: number,
): Promise<Answered<readonly Answer[]>> {
  if (settings.api_key === undefined) return ok([]);
  const told = toldBy(event);
  if (told === null || !isPlain(told.id)) return ok([]);
  const about = told.look ? aboutLook : QUESTIONS[told.kind];
  const found = await about(told, askerOf(settings.api_key, settings, ports, told));
  if (!found.ok) return found;
  return ok(found.value.map((it) => ({ id: `${event.id}/${refresh}/${it.asked}`, ...it })));
}

const QUESTIONS: Readonly<Record<Kind, Questions>> = {
  payment: aboutLook,
  session: aboutSession,
  subscription: (told, by) => aboutSubscription(told, by, told.id),
  invoice: aboutInvoice,
  invoice_payment: aboutInvoicePayment,
  charge: async (told, by) => {
    const asked = await askCharge(by, told.id);
    if (!asked.ok) return orPayload(told, by, 'charge', asked.problem);
    const asking = [askRefundsOf(by, told.id), ...ofPayment(by, asked.value.value)];
    const all = await together(told, asked.value, asking);
    const refunds = all.ok ? all.value.find((it) => it.asked === 'refunds') : null;
    return (refunds && behind(told, refunds.body)) ?? all;
  },
  refund: async (told, by) => {
    const asked = await askRefund(by, told.id);
    if (!asked.ok) return orPayload(told, by, 'refund', asked.problem);
    return together(told, asked.value, ofPayment(by, asked.value.value));
  },
  dispute: async (told, by) => {
    const asked = await askDispute(by, told.id);
    if (!asked.ok) return orPayload(told, by, 'dispute', asked.problem);
    return together(told, asked.value, ofPayment(by, asked.value.value));
  },
  warning: async (told, by) => {
    const asked = await askWarning(by, told.id);
    if (!asked.ok) return orPayload(told, by, 'early_fraud_warning', asked.problem);
    return together(told, asked.value, ofPayment(by, asked.value.value));
  },
};

/**
 * The session with its payment, and its line items: both at once, or after a thin event, which does not say whether
 * anything is sold, one after the other. Of a subscription's session the subscription is asked for, which tells it
 * all.
 */
async function aboutSession(told: Told, by: Asker): Promise<Answered<readonly Found[]>> {
  const { id, type, thin } = told;
  if (type === 'checkout.session.expired') return ok([]);
  const payload = told.object && checkoutSession.safeParse(told.object).data;
  if (payload?.mode === 'subscription') return aboutSubscription(told, by, payload.subscription);
  if (payload && payload.mode !== 'payment') return ok([]);
  const asking = askSession(by, id);
  if (thin) {
    const session = await asking;
    if (!session.ok) return session;
    const late = behind(told, session.value.value);
    if (late) return late;
    const { mode, subscription } = session.value.value;
    if (mode === 'subscription') {
      const more = await aboutSubscription(told, by, subscription);
      return more.ok ? ok([session.value.found, ...more.value]) : more;
    }
    if (mode !== 'payment') return ok([session.value.found]);
  }
  const [session, lines] = await Promise.all([asking, askLines(by, id)]);
  if (!session.ok) return session;
  return lines.ok ? ok([session.value.found, lines.value]) : lines;
}

async function aboutSubscription(
  told: Told,
  by: Asker,
  id: string | null | undefined,
): Promise<Answered<readonly Found[]>> {
  if (!id || !isPlain(id)) return ok([]);
  const found = await askSubscription(by, id);
  if (!found.ok) return orPayload(told, by, 'subscription', found.problem);
  const itself = told.kind === 'subscription' ? found.value.find((it) => it.asked === 'subscription') : null;
  return (itself && behind(told, itself.body)) ?? found;
}

/** An invoice changes what its subscription has paid for: that is asked for, with all of its invoices. */
async function aboutInvoice(told: Told, by: Asker): Promise<Answered<readonly Found[]>> {
  const payload = told.object && invoice.safeParse(told.object).data;
  if (payload) return aboutSubscription(told, by, subscriptionOf(payload));
  const asked = await askInvoice(by, told.id);
  if (!asked.ok) return asked;
  const late = behind(told, asked.value.value);
  if (late) return late;
  const more = await aboutSubscription(told, by, subscriptionOf(asked.value.value));
  return more.ok ? ok([asked.value.found, ...more.value]) : more;
}

/** Of which subscription the invoice is, only the invoice says. */
async function aboutInvoicePayment(told: Told, by: Asker): Promise<Answered<readonly Found[]>> {
  const asked = await askInvoicePayment(by, told.id);
  return asked.ok ? ok([asked.value]) : orPayload(told, by, 'invoice_payment', asked.problem);
}

function ofPayment(by: Asker, { payment_intent: id }: { payment_intent?: string | null | undefined }) {
  return id && isPlain(id) ? [askInvoicesOf(by, id)] : [];
}

async function together(
  told: Told,
  first: { readonly found: Found; readonly value: unknown },
  asking: readonly Promise<Answered<Found>>[],
): Promise<Answered<readonly Found[]>> {
  const more = await Promise.all(asking);
  const late = behind(told, first.value);
  if (late) return late;
  const all = [first.found];
  for (const it of more) {
    if (!it.ok) return it;
    all.push(it.value);
  }
  return ok(all);
}

/** What Stripe no longer knows is read from the payload, if there is one. */
function orPayload(told: Told, by: Asker, asked: Asked, problem: Problem): Result<readonly Found[]> {
  if (problem.code !== 'shop_object_gone' || told.thin) return { ok: false, problem };
  return ok([goneAt(asked, by)]);
}

/** No later event would correct what a replica that lags behind makes us believe: after a thin event it is asked again. */
function behind({ thin, type }: Told, answer: unknown): Result<never> | null {
  const why = thin ? whyBehind(type, answer) : null;
  return why === null ? null : fail('shop_unavailable', `the answer is older than the event: ${why}`);
}
