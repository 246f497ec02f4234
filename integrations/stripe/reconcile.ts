/**
 * Lists the sales that Stripe knows of, page by page: completed one-time sessions and all subscriptions since a time,
 * then the older subscriptions that still go on. It names them and reads nothing else of them; each is asked for on
 * its own, by gather. What must never happen here: a page told as the last one that is not.
 */
import * as z from 'zod';
import type { AskPorts, ListAsked, SalesPage } from '../../src/core/integration.ts';
import { fail, ok, type Result } from '../../src/core/problem.ts';
import { type Asker, ask, askerOf, PAGE } from './ask.ts';
import type { StripeSettings } from './settings.ts';
import { id, maybe } from './shapes.ts';

const page = z.object({
  data: z.array(
    z.object({ id, mode: maybe(z.string()), status: maybe(z.string()), livemode: maybe(z.boolean()) }),
  ),
  has_more: z.boolean(),
});
type Page = z.output<typeof page>;

interface Since {
  /** In Stripe's seconds. */
  readonly from: number;
  readonly limit: number;
  readonly starting_after?: string;
}

interface List {
  readonly permission: string;
  readonly ask: (by: Asker, since: Since) => Promise<unknown>;
  readonly isSale: (it: Page['data'][number]) => boolean;
}

/** In the order in which they are read; a cursor names one of them. */
const LISTS: Readonly<Record<'sessions' | 'subscriptions' | 'older', List>> = {
  sessions: {
    permission: 'Checkout Sessions',
    ask: ({ stripe, scope }, { from, ...page }) =>
      stripe.checkout.sessions.list({ ...page, status: 'complete', created: { gte: from } }, scope),
    // A subscription's own session is asked for together with the subscription.
    isSale: ({ mode }) => mode === 'payment',
  },
  subscriptions: {
    permission: 'Subscriptions',
    ask: ({ stripe, scope }, { from, ...page }) =>
      stripe.subscriptions.list({ ...page, status: 'all', created: { gte: from } }, scope),
    isSale: ({ status }) => status !== 'incomplete_expired',
  },
  older: {
    permission: 'Subscriptions',
    // Without a status: those that have not been canceled.
    ask: ({ stripe, scope }, { from, ...page }) =>
      stripe.subscriptions.list({ ...page, created: { lt: from } }, scope),
    isSale: () => true,
  },
};
const NAMES = ['sessions', 'subscriptions', 'older'] as const;

export async function list(
  { from, mode, account, cursor }: ListAsked,
  settings: StripeSettings,
  ports: AskPorts,
): Promise<Result<SalesPage>> {
  if (settings.api_key === undefined) return fail('api_key_needed', 'Stripe lists its sales to a key only');
  const place = placeOf(cursor);
  if (!place) return fail('cursor_unknown');
  const { name, after } = place;
  const by = askerOf(settings.api_key, settings, ports, { account, context: '' });
  const since = {
    from: Math.floor(from / 1000),
    limit: PAGE,
    ...(after === '' ? {} : { starting_after: after }),
  };
  const asked = await ask(LISTS[name].permission, async () => page.parse(await LISTS[name].ask(by, since)));
  if (!asked.ok) return asked;
  const { data, has_more } = asked.value;
  // Nothing else says which of them a key is of: it would bring the sales of the other.
  if (data.some(({ livemode }) => typeof livemode === 'boolean' && livemode !== (mode === 'live')))
    return fail('mode_mismatch', `the API key is not of the ${mode} mode, and the source is`);
  const last = data.at(-1);
  const next = NAMES[NAMES.indexOf(name) + 1];
  return ok({
    sales: data.filter(LISTS[name].isSale).map((it) => it.id),
    next: has_more && last ? `${name}:${last.id}` : next === undefined ? null : `${next}:`,
  });
}

/** `sessions:cs_1`: the list, and the last of it that was seen. */
function placeOf(
  cursor: string | null,
): { readonly name: (typeof NAMES)[number]; readonly after: string } | null {
  const [, list, after = ''] = /^(\w+):((?:[a-z]+_\w{1,250})?)$/.exec(cursor ?? 'sessions:') ?? [];
  const name = NAMES.find((it) => it === list);
  return name ? { name, after } : null;
}
