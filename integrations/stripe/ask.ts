/**
 * How one question is put to Stripe: on whose behalf, by which client, and what its failure means. It stands under
 * gather, and alone holds the SDK's client. What must never happen here: an error told apart by its message's text,
 * or an address that an event names being asked.
 */
import Stripe from 'stripe';
import type { ZodType, z } from 'zod';
import type { Answered, AskPorts } from '../../src/core/integration.ts';
import type { Json } from '../../src/core/json.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Clock } from '../../src/core/ports.ts';
import { fail, ok, type ProblemCode, problem } from '../../src/core/problem.ts';
import type { StripeSettings } from './settings.ts';
import type { Told } from './types.ts';

/** Stripe's largest page. */
export const PAGE = 100;

/** Who asks: a client, on somebody's behalf. */
export interface Asker {
  readonly stripe: Stripe;
  readonly scope: Stripe.RequestOptions;
  readonly clock: Clock;
}

/** What one question brought: the answer's own time, and what is kept of it. */
export interface Brought<T> {
  readonly stamp: number;
  readonly body: Json;
  readonly value: T;
}

export function askerOf(
  apiKey: string,
  settings: StripeSettings,
  ports: AskPorts,
  told: Pick<Told, 'account' | 'context'>,
): Asker {
  const base = settings.api_base === undefined ? null : new URL(settings.api_base);
  const protocol = base?.protocol === 'http:' ? 'http' : 'https';
  const stripe = new Stripe(apiKey, {
    httpClient: Stripe.createFetchHttpClient(withoutScalars(ports.fetch)),
    timeout: LIMITS.ask_timeout_ms,
    // The inbox tries again by itself, and gives the worker's place to other events meanwhile.
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && { host: base.hostname, protocol, port: base.port || (protocol === 'http' ? '80' : '443') }),
  });
  return { stripe, scope: scopeOf(told), clock: ports.clock };
}

/**
 * Of an answer whose JSON is a mere text or number the SDK throws where nobody catches it, which ends a Node process,
 * and the question never ends. It gets one that it can refuse.
 */
function withoutScalars(fetch: AskPorts['fetch']): AskPorts['fetch'] {
  return async (input, init) => {
    const answer = await fetch(input, init);
    const text = await answer.text();
    const { status, statusText, headers } = answer;
    const body = /^\s*["\d\-tf]/.test(text) ? 'null' : text;
    return new Response(text === '' ? null : body, { status, statusText, headers });
  };
}

/** A context that leads through a platform is needed whole: the account alone is not known to an organization's key. */
function scopeOf({ account, context }: Pick<Told, 'account' | 'context'>): Stripe.RequestOptions {
  if (account !== '' && !context.includes('/')) return { stripeAccount: account };
  return context === '' ? {} : { stripeContext: context };
}

/** Thrown inside a question only, to be read as "no usable answer". */
class Unreadable extends Error {}

/**
 * Runs one question.
 *
 * @param permission what the key must be allowed to read, in the Dashboard's words
 * @param otherwise the problem of everything that another attempt may mend
 */
export async function ask<T>(
  permission: string,
  question: () => Promise<T>,
  otherwise: ProblemCode = 'shop_unavailable',
): Promise<Answered<T>> {
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
    if (statusCode === undefined) {
      const cut = error instanceof Stripe.errors.StripeConnectionError;
      const detail = cut ? 'no answer came, or it broke off' : 'the answer is not JSON';
      return { ok: false, problem: problem(otherwise, detail), trouble: { rest_ms: null } };
    }
    const words = [
      `Stripe answered ${statusCode}`,
      // A code is a word and a request has a name; whatever else stands there is not repeated.
      code && /^[a-z_]{1,60}$/.test(code) && `(${code})`,
      requestId && /^req_\w{1,60}$/.test(requestId) && `to request ${requestId}`,
    ];
    const detail = words.filter(Boolean).join(' ');
    if (statusCode === 401) return fail('api_key_refused', detail);
    if (statusCode === 403) return fail('api_key_refused', `${detail}: may the key read ${permission}?`);
    if (statusCode === 404) return fail('shop_object_gone', detail);
    return fail(otherwise, detail);
  }
}

/** One object, as it is stored: it must be the one that was asked for. */
export function brought<S extends ZodType<{ readonly id: string }>>(
  shape: S,
  id: string,
  answer: { readonly lastResponse: { readonly headers: unknown } },
  { clock }: Asker,
): Brought<z.output<S>> {
  const value = shape.parse(answer);
  if (value.id !== id) throw new Unreadable('the answer is about another object');
  return { stamp: stampOf(answer, clock), body: plain(value), value };
}

interface List extends Promise<{ readonly lastResponse: { readonly headers: unknown } }> {
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

/**
 * A list, paged to its end.
 *
 * @param most more than this, and something is wrong
 */
export async function broughtAll<S extends ZodType>(
  shape: S,
  list: List,
  most: { readonly count: number; readonly of: string },
  { clock }: Asker,
): Promise<Brought<z.output<S>>> {
  // The SDK asks for the first page once, whether awaited or iterated; the oldest page dates the set.
  const first = await list;
  const data = await pagedAll({ [Symbol.asyncIterator]: () => list[Symbol.asyncIterator]() }, most);
  const value = shape.parse({ data });
  return { stamp: stampOf(first, clock), body: plain(value), value };
}

/** Counted twice, a line would be licensed twice: pages that changed while they were read are read again. */
export async function pagedAll(
  list: AsyncIterable<unknown>,
  most: { readonly count: number; readonly of: string },
): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  const seen = new Set<unknown>();
  for await (const it of list) {
    if (all.push(it) > most.count) throw new Unreadable(`more than ${most.count} ${most.of}`);
    const id = typeof it === 'object' && it !== null && 'id' in it ? it.id : undefined;
    if (id !== undefined && seen.has(id)) throw new Unreadable(`pages of ${most.of} that name one twice`);
    seen.add(id);
  }
  return all;
}

/** The first page of a list, for what is wanted of the newest only. */
export function broughtPage<S extends ZodType>(
  shape: S,
  page: { readonly data: readonly unknown[]; readonly lastResponse: { readonly headers: unknown } },
  { clock }: Asker,
): Brought<z.output<S>> {
  const value = shape.parse({ data: page.data });
  return { stamp: stampOf(page, clock), body: plain(value), value };
}

/** The `Date` of an answer. With a fetch client the SDK hands out the web's Headers, though it types a record. */
function stampOf(answer: { readonly lastResponse: { readonly headers: unknown } }, clock: Clock): number {
  const { headers } = answer.lastResponse;
  const date = headers instanceof Headers ? Date.parse(headers.get('date') ?? '') : Number.NaN;
  return Number.isNaN(date) ? clock.now() : date;
}

/** As it will be stored: members that are not said are left out. */
export function plain(kept: unknown): Json {
  // JSON.parse yields nothing but JSON.
  return JSON.parse(JSON.stringify(kept)) as Json;
}
