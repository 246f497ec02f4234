/**
 * Lists the sales that Stripe knows of, page by page: those bought since a time and the older ones that go on, or all
 * that was made or changed in a range. It names them; each is asked for on its own, by gather. What must never happen
 * here: a page told as the last one that is not.
 */
import * as z from 'zod';
import type {
  Answered,
  AskPorts,
  GoneAsked,
  ListAsked,
  ListedSale,
  SalesPage,
} from '../../src/core/integration.ts';
import { fail, ok, type Problem, problem } from '../../src/core/problem.ts';
import { type Asker, ask, askerOf, PAGE } from './ask.ts';
import { nameInEvent, RECONCILED_EVENTS } from './listed-events.ts';
import type { StripeSettings } from './settings.ts';
import { id, idOf, maybe, seconds } from './shapes.ts';
import { isPlain } from './types.ts';

const listed = z.object({
  id,
  mode: maybe(z.string()),
  status: maybe(z.string()),
  livemode: maybe(z.boolean()),
  created: maybe(seconds),
  ended_at: maybe(seconds),
  payment_intent: maybe(idOf),
  type: maybe(z.string()),
  data: maybe(z.object({ object: z.record(z.string(), z.unknown()) })),
});
type Listed = z.output<typeof listed>;
const page = z.object({ data: z.array(listed), has_more: z.boolean() });

/** In Stripe's seconds, `to` excluded; null: without end. */
interface Range {
  readonly from: number;
  readonly to: number | null;
}

interface Paging {
  readonly limit: number;
  readonly starting_after?: string;
}

interface List {
  readonly seen: string;
  readonly permission: string;
  readonly ask: (by: Asker, range: Range, paging: Paging) => Promise<unknown>;
  /** The sale that it is of; null for what is of none. */
  readonly nameOf: (it: Listed, range: Range) => string | null;
}

const DAY = 24 * 3600;
/** Stripe lists no older events. An hour less, so that the last page is not gone before it is asked for. */
const EVENTS_KEPT = 30 * DAY - 3600;

/** In the order in which they are read; a cursor names one of them. */
const LISTS = {
  sessions: {
    seen: 'session',
    permission: 'Checkout Sessions',
    ask: ({ stripe, scope }, range, paging) =>
      stripe.checkout.sessions.list({ ...paging, status: 'complete', created: within(range) }, scope),
    // A subscription's own session is asked for together with the subscription.
    nameOf: ({ id, mode }) => (mode === 'payment' ? id : null),
  },
  subscriptions: {
    seen: 'subscription',
    permission: 'Subscriptions',
    ask: ({ stripe, scope }, range, paging) =>
      stripe.subscriptions.list({ ...paging, status: 'all', created: within(range) }, scope),
    nameOf: ({ id, status }) => (status === 'incomplete_expired' ? null : id),
  },
  /** Of those from before, the ones that went on into the range. */
  older: {
    seen: 'subscription',
    permission: 'Subscriptions',
    ask: ({ stripe, scope }, { from }, paging) =>
      stripe.subscriptions.list({ ...paging, status: 'all', created: { lt: from } }, scope),
    nameOf: ({ id, status, ended_at }, { from }) =>
      status === 'incomplete_expired' || (typeof ended_at === 'number' && ended_at < from) ? null : id,
  },
  /** Without a status: those that have not been canceled. */
  going: {
    seen: 'subscription',
    permission: 'Subscriptions',
    ask: ({ stripe, scope }, { from }, paging) =>
      stripe.subscriptions.list({ ...paging, created: { lt: from } }, scope),
    nameOf: ({ id }) => id,
  },
  refunds: {
    seen: 'refund',
    permission: 'Charges and Refunds',
    ask: ({ stripe, scope }, range, paging) =>
      stripe.refunds.list({ ...paging, created: within(range) }, scope),
    nameOf: ({ payment_intent }) => payment_intent ?? null,
  },
  disputes: {
    seen: 'dispute',
    permission: 'Disputes',
    ask: ({ stripe, scope }, range, paging) =>
      stripe.disputes.list({ ...paging, created: within(range) }, scope),
    nameOf: ({ payment_intent }) => payment_intent ?? null,
  },
  events: {
    seen: 'event',
    permission: 'Events',
    ask: ({ stripe, scope }, range, paging) =>
      stripe.events.list({ ...paging, types: [...RECONCILED_EVENTS], created: within(range) }, scope),
    nameOf: ({ type, data }) => (type && data ? nameInEvent(type, data.object) : null),
  },
} as const satisfies Readonly<Record<string, List>>;
type Name = keyof typeof LISTS;

export async function list(
  asked: ListAsked,
  settings: StripeSettings,
  ports: AskPorts,
): Promise<Answered<SalesPage>> {
  if (settings.api_key === undefined) return fail('api_key_needed', 'Stripe lists its sales to a key only');
  const { names, ranges, remark } = planOf(asked, Math.floor(ports.clock.now() / 1000));
  const place = placeOf(asked.cursor, names);
  if (!place) return fail('cursor_unknown');
  const { name, after } = place;
  const by = askerOf(settings.api_key, settings, ports, { account: asked.account, context: '' });
  const range = ranges(name);
  const it: List = LISTS[name];
  const paging = {
    limit: Math.min(asked.limit, PAGE),
    ...(after === '' ? {} : { starting_after: after }),
  };
  const answered = await ask(it.permission, async () => page.parse(await it.ask(by, range, paging)));
  if (!answered.ok) return answered;
  const { data, has_more } = answered.value;
  // Nothing else says which of them a key is of: it would bring the sales of the other.
  if (data.some(({ livemode }) => typeof livemode === 'boolean' && livemode !== (asked.mode === 'live')))
    return fail('mode_mismatch', `the API key is not of the ${asked.mode} mode, and the source is`);
  const last = data.at(-1);
  if (has_more && (last === undefined || last.id === after))
    return fail('shop_unavailable', `a page of ${it.seen}s that leads back to itself`);
  const next = names[names.indexOf(name) + 1];
  return ok({
    sales: data.flatMap((one): readonly ListedSale[] => {
      const sale = it.nameOf(one, range);
      if (sale === null || !isPlain(sale)) return [];
      return [{ name: sale, seen: it.seen, ...(sale.startsWith('pi_') && { leads: true }) }];
    }),
    next: has_more && last ? `${name}:${last.id}` : next === undefined ? null : `${next}:`,
    ...(remark && { remark }),
  });
}

interface Plan {
  readonly names: readonly Name[];
  readonly ranges: (name: Name) => Range;
  readonly remark: Problem | null;
}

/** Which lists are read, and between what times. */
function planOf({ of, from: fromMs, to: toMs }: ListAsked, now: number): Plan {
  const from = Math.floor(fromMs / 1000);
  if (of === 'sales') {
    return {
      names: ['sessions', 'subscriptions', 'going'],
      ranges: () => ({ from, to: null }),
      remark: null,
    };
  }
  const to = toMs === null ? null : Math.ceil(toMs / 1000);
  const kept = now - EVENTS_KEPT;
  const told = from >= kept;
  const names: Name[] = [
    'sessions',
    'subscriptions',
    ...(told ? [] : (['older'] as const)),
    'refunds',
    'disputes',
  ];
  if (to === null || to > kept) names.push('events');
  const ranges = (name: Name): Range => {
    // A session lives for a day: without its event nothing says when it was completed.
    if (name === 'sessions' && !told) return { from: Math.max(0, from - DAY), to };
    return name === 'events' ? { from: Math.max(from, kept), to } : { from, to };
  };
  const since = new Date(kept * 1000).toISOString();
  const detail = `what became of older payments before ${since}, other than new refunds and disputes`;
  return { names, ranges, remark: told ? null : problem('older_changes_hidden', detail) };
}

function within({ from, to }: Range) {
  return { gte: from, ...(to === null ? {} : { lt: to }) };
}

/** `sessions:cs_1`: the list, and the last of it that was seen. */
function placeOf(
  cursor: string | null,
  names: readonly Name[],
): { readonly name: Name; readonly after: string } | null {
  const [, list, after = ''] = /^(\w+):((?:[a-z]+_\w{1,250})?)$/.exec(cursor ?? 'sessions:') ?? [];
  const name = names.find((it) => it === list);
  return name ? { name, after } : null;
}

/** Sessions are never deleted; but test data can be, and a key may be of another account by now. */
export async function gone(
  { sales, account }: GoneAsked,
  settings: StripeSettings,
  ports: AskPorts,
): Promise<Answered<readonly string[]>> {
  if (settings.api_key === undefined)
    return fail('api_key_needed', 'Stripe tells of its sales to a key only');
  const by = askerOf(settings.api_key, settings, ports, { account, context: '' });
  const missing: string[] = [];
  for (const { name } of sales) {
    const found = await known(by, name);
    if (!found.ok && found.problem.code !== 'shop_object_gone') return found;
    if (!found.ok) missing.push(name);
  }
  return ok(missing);
}

function known({ stripe, scope }: Asker, name: string): Promise<Answered<unknown>> {
  if (/^cs_\w{1,250}$/.test(name))
    return ask('Checkout Sessions', () => stripe.checkout.sessions.retrieve(name, {}, scope));
  if (/^sub_\w{1,250}$/.test(name))
    return ask('Subscriptions', () => stripe.subscriptions.retrieve(name, {}, scope));
  return Promise.resolve(ok(null));
}
