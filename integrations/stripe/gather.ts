/**
 * The only step that asks Stripe something: the session as it is now, and all of its line items. The answers are
 * stored with the event in the small shape of shapes.ts, so replays ask nobody. A thin event's own record (GET
 * /v2/core/events/…) is never asked for: it would tell what has changed, and the object as it is now outranks that.
 * What must never happen here: a first page taken for the whole, an error told apart by its message's text, or an
 * address that an event names being asked.
 */
import Stripe from 'stripe';
import type { Answer, AskPorts, StoredEvent } from '../../src/core/integration.ts';
import type { Json } from '../../src/core/json.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Clock } from '../../src/core/ports.ts';
import { fail, ok, type ProblemCode, type Result } from '../../src/core/problem.ts';
import type { StripeSettings } from './settings.ts';
import {
  type CheckoutSession,
  checkoutSession,
  lineItems,
  sessionEvent,
  thinEvent,
  typeOf,
} from './shapes.ts';

/** The events whose session is asked for, and their thin twins. `expired` is not among them: nothing was bought. */
export const ASKED_TYPES: readonly string[] = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
];

/** Stripe's largest page. A session holds at most 100 lines and its optional items; beyond this something is wrong. */
const PAGE = 100;
const MOST_LINES = 1000;

/**
 * Asks for the session (with its payment) and its line items (with price and product): both at once, or after a
 * thin event, which does not say whether anything is sold, one after the other.
 *
 * @returns no answers without an API key or for events that sell nothing; else exactly `checkout.session` and
 * `line_items` (only the session where a thin event's session turns out to sell nothing). Problems:
 * `api_key_refused` (401, 403), `shop_object_gone` (404), and to be tried again `shop_unavailable` or
 * `line_items_unavailable` (429, 5xx, no or a broken answer, an answer that is behind its thin event).
 */
export async function gather(
  event: StoredEvent,
  settings: StripeSettings,
  ports: AskPorts,
  refresh: number,
): Promise<Result<readonly Answer[]>> {
  if (settings.api_key === undefined) return ok([]);
  const about = askedOf(event);
  if (about === null) return ok([]);

  const stripe = client(settings.api_key, settings, ports);
  const { id, scope } = about;
  const answer = (asked: string, { stamp, body }: Told): Answer => ({
    id: `${event.id}/${refresh}/${asked}`,
    asked,
    stamp,
    body,
  });
  const asking = ask('shop_unavailable', () => askSession(stripe, id, scope, ports.clock));
  if (about.thin) {
    const session = await asking;
    if (!session.ok) return session;
    // No later event would correct what a replica that lags behind makes us believe: it is asked again.
    const behind = whyBehind(about.type, session.value.session);
    if (behind) return fail('shop_unavailable', behind);
    if (session.value.session.mode !== 'payment') return ok([answer('checkout.session', session.value)]);
  }
  const [session, lines] = await Promise.all([
    asking,
    ask('line_items_unavailable', () => askLines(stripe, id, scope, ports.clock)),
  ]);
  if (!session.ok) return session;
  if (!lines.ok) return lines;
  return ok([answer('checkout.session', session.value), answer('line_items', lines.value)]);
}

interface Asked {
  readonly id: string;
  /** On whose behalf. */
  readonly scope: Stripe.RequestOptions;
  /** Nothing of the session is known yet, not even whether it sells. */
  readonly thin: boolean;
  /** In the words of a snapshot event. */
  readonly type: string;
}

/** The session that an event asks to look at; null where nothing was sold, or nothing can be read. */
function askedOf(event: StoredEvent): Asked | null {
  const { thin, type } = typeOf(event.type);
  if (!ASKED_TYPES.includes(type)) return null;
  if (thin) {
    const told = thinEvent(event.body);
    return told && { id: told.session_id, scope: scopeOf('', told.context), thin, type };
  }
  const told = sessionEvent(event.body);
  if (told === null || told.session.mode !== 'payment') return null;
  return { id: told.session.id, scope: scopeOf(told.account, told.context), thin, type };
}

/** A context that leads through a platform is needed whole: the account alone is not known to an organization's key. */
function scopeOf(account: string, context: string): Stripe.RequestOptions {
  if (account !== '' && !context.includes('/')) return { stripeAccount: account };
  return context === '' ? {} : { stripeContext: context };
}

/** What an answer does not know yet of what its own event says, or null. */
function whyBehind(type: string, { status, payment_status }: CheckoutSession): string | null {
  if (status === 'open') return 'the answer is older than the event: it says that the session is open';
  return type === 'checkout.session.async_payment_succeeded' && payment_status === 'unpaid'
    ? 'the answer is older than the event: it says that the payment has not come'
    : null;
}

function client(apiKey: string, settings: StripeSettings, ports: AskPorts): Stripe {
  const base = settings.api_base === undefined ? null : new URL(settings.api_base);
  const protocol = base?.protocol === 'http:' ? 'http' : 'https';
  return new Stripe(apiKey, {
    httpClient: Stripe.createFetchHttpClient(ports.fetch),
    timeout: LIMITS.ask_timeout_ms,
    // The inbox tries again by itself, and gives the worker's place to other events meanwhile.
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && { host: base.hostname, protocol, port: base.port || (protocol === 'http' ? '80' : '443') }),
  });
}

/** What one question brought: the answer's own time, and what is kept of it. */
interface Told {
  readonly stamp: number;
  readonly body: Json;
}

async function askSession(
  stripe: Stripe,
  id: string,
  scope: Stripe.RequestOptions,
  clock: Clock,
): Promise<Told & { readonly session: CheckoutSession }> {
  const answer = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] }, scope);
  const kept = checkoutSession.parse(answer);
  if (kept.id !== id) throw new Unreadable('the answer is about another session');
  return { stamp: stampOf(answer.lastResponse.headers, clock), body: plain(kept), session: kept };
}

async function askLines(
  stripe: Stripe,
  id: string,
  scope: Stripe.RequestOptions,
  clock: Clock,
): Promise<Told> {
  const asked = stripe.checkout.sessions.listLineItems(
    id,
    { limit: PAGE, expand: ['data.price.product'] },
    scope,
  );
  // The SDK asks for the first page once, whether awaited or iterated; the oldest page dates the set.
  const first = await asked;
  const data: unknown[] = [];
  for await (const line of asked) {
    if (data.push(line) > MOST_LINES) throw new Unreadable(`more than ${MOST_LINES} line items`);
  }
  return { stamp: stampOf(first.lastResponse.headers, clock), body: plain(lineItems.parse({ data })) };
}

/** Thrown inside a question only, to be read as "no usable answer". */
class Unreadable extends Error {}

/** Runs one question. `otherwise` is the problem of everything that another attempt may mend. */
async function ask<T>(otherwise: ProblemCode, question: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await question());
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) {
      // A proxy's page, JSON of another shape, a broken list: nothing we can read, and nothing of ours.
      return fail(
        otherwise,
        `the answer is not readable${error instanceof Unreadable ? `: ${error.message}` : ''}`,
      );
    }
    const { statusCode, code, requestId } = error;
    if (statusCode === undefined) return fail(otherwise, 'no answer came, or it broke off');
    const words = [
      `Stripe answered ${statusCode}`,
      // A code is a word and a request has a name; whatever else stands there is not repeated.
      code && /^[a-z_]{1,60}$/.test(code) && `(${code})`,
      requestId && /^req_\w{1,60}$/.test(requestId) && `to request ${requestId}`,
    ];
    const detail = words.filter(Boolean).join(' ');
    if (statusCode === 401 || statusCode === 403) return fail('api_key_refused', detail);
    if (statusCode === 404) return fail('shop_object_gone', detail);
    return fail(otherwise, detail);
  }
}

/** The `Date` of an answer. With a fetch client the SDK hands out the web's Headers, though it types a record. */
function stampOf(headers: unknown, clock: Clock): number {
  const date = headers instanceof Headers ? Date.parse(headers.get('date') ?? '') : Number.NaN;
  return Number.isNaN(date) ? clock.now() : date;
}

/** As it will be stored: members that are not said are left out. */
function plain(kept: unknown): Json {
  // JSON.parse yields nothing but JSON.
  return JSON.parse(JSON.stringify(kept)) as Json;
}
