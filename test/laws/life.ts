/**
 * Carries a simulated life through the pure middle of the river, in the manner that was drawn: gathers with the real
 * gather, delivers late, twice and in groups, and looks at the end. What must never happen here: a delivery that asks
 * about a time that has not come.
 */
import { integrations } from '../../integrations/index.ts';
import type { Answer, StoredEvent } from '../../src/core/integration.ts';
import type { License, Override } from '../../src/core/plan.ts';
import { BEGIN, type Life, live, type Shop } from '../fakes/stripe-shop.ts';
import { fetchOf } from '../fakes/stripe-shop-api.ts';
import type { Telling } from './history.ts';
import type { Manner, Person } from './life-arbitrary.ts';
import { isAskedFor, lagOf, type Message, mayDoubt, messagesOf, wordsAfter } from './life-messages.ts';
import { lifeRevision } from './life-vendor.ts';
import { makeRiver, type River } from './river.ts';

const found = integrations.find((it) => it.name === 'stripe');
if (!found) throw new Error('there is no integration of Stripe');
const stripe = found;

const MINUTE = 60_000;
const settings = stripe.settings.parse({ webhook_secrets: ['whsec_of_the_lives'], api_key: 'rk_test_lives' });

/** What came of a life, to be held against the truth. */
export interface Outcome {
  readonly shop: Shop;
  readonly licenses: readonly License[];
  readonly flags: readonly string[];
  /** Names of what is left to a person. */
  readonly reviews: readonly string[];
  /** By our own clock, epoch ms. */
  readonly as_of: number;
  /** The sale's own object was asked for, after its last change. */
  readonly asked: boolean;
  /** Where another revision came: the prices under which lines were mapped for good by then, by line. */
  readonly pinned: ReadonlyMap<string, string> | null;
  readonly override: Override | null;
  /** Every event came. */
  readonly lossless: boolean;
  /** Nobody can say which of two words is the later. */
  readonly doubtful: boolean;
  /** The words of its checkout were there before the sale was issued. */
  readonly worded: boolean;
}

export interface Lived extends Outcome {
  readonly river: River;
  /** Of the events that came. */
  readonly count: number;
  readonly story: readonly string[];
}

/** What Stripe answers when the event is worked; asked again a minute later where the answer cannot be used. */
async function asked(message: Message, shop: Shop, place: number, lag: number): Promise<readonly Answer[]> {
  if (!message.asks) return [];
  const event: StoredEvent = {
    id: `event_${place}`,
    source: 'stripe',
    account: shop.account,
    key: `key_${place}`,
    type: message.type,
    created_at: Math.floor(message.event.at / 1000) * 1000,
    received_at: message.at,
    headers: {},
    body: new TextEncoder().encode(message.body),
  };
  for (let attempt = 0; attempt < 9; attempt++) {
    const now = () => message.at;
    const behind = attempt === 0 ? lag : 0;
    const seen = { ...shop, at: (time: number) => shop.at(time - behind) };
    const answers = await stripe.gather(
      event,
      settings,
      { fetch: fetchOf(() => [seen], now), clock: { now } },
      0,
    );
    if (answers.ok) return answers.value;
    if (answers.problem.code !== 'shop_unavailable') throw new Error(JSON.stringify(answers.problem));
    message.at += MINUTE;
  }
  throw new Error(`${message.type} was asked about in vain`);
}

export async function carryLife(life: Life, manner: Manner, asOf?: number): Promise<Lived> {
  const shop = live(life, 7);
  const messages = messagesOf(shop, manner);
  const tellings: Telling[] = [];
  for (const [place, it] of messages.entries()) {
    const lag = manner.lagging && !it.dropped ? lagOf(it, messages, shop) : 0;
    const answers = it.dropped ? [] : await asked(it, shop, place, lag);
    const at = Math.floor(it.event.at / 1000) * 1000;
    tellings.push({ type: it.type, body: it.body, at, answers });
  }
  const deliveries = messages
    .flatMap(({ at, again, dropped }, place) =>
      dropped ? [] : [{ at, place }, ...(again === null ? [] : [{ at: at + again, place }])],
    )
    .sort((a, b) => a.at - b.at || a.place - b.place);
  const end = Math.max(shop.end.at, deliveries.at(-1)?.at ?? 0);
  // Whoever waits for a session waits a quarter of an hour.
  const as_of = asOf ?? end + 20 * MINUTE + manner.rest + manner.skew;
  let now = 0;
  const river = makeRiver(
    { shop: 'stripe', external_id: shop.external_id, tellings },
    lifeRevision(1, manner.on),
    {
      account: shop.account,
      now: () => now,
      hasty: true,
    },
  );
  const groups = grouped(deliveries, manner.round);
  const turnOf = (percent: number | undefined) =>
    percent === undefined ? null : Math.floor((groups.length * percent) / 100);
  const turns = { revised: turnOf(manner.revised ?? undefined), person: turnOf(manner.person?.after) };
  let pinned: ReadonlyMap<string, string> | null = null;
  let override: Override | null = null;
  for (const [turn, group] of [...groups, []].entries()) {
    now = Math.max(now, (group.at(-1)?.at ?? 0) + manner.skew);
    if (turn === turns.revised) {
      pinned = pricesOf(river);
      river.revise(lifeRevision(2, manner.on));
    }
    if (turn === turns.person && manner.person) override = act(river, manner.person);
    river.wake();
    if (group.length > 0) river.deliver([...new Set(group.map(({ place }) => place))]);
  }
  now = as_of;
  river.wake();
  if (manner.decision) river.decide(manner.decision);
  return {
    shop,
    river,
    licenses: river.sale?.licenses ?? [],
    flags: river.flags,
    reviews: river.reviews,
    count: messages.filter((it) => !it.dropped).length,
    as_of,
    asked: isAskedFor(messages, shop),
    pinned,
    override,
    doubtful: mayDoubt(messages, shop),
    worded: wordsAfter(messages, shop) < 15 * MINUTE && !manner.lagging,
    lossless: !messages.some((it) => it.dropped),
    story: [
      ...shop.story,
      ...deliveries.map(({ at, place }) => {
        const it = messages[place];
        const of = it && `${it.type} of ${it.event.object}, of ${new Date(it.event.at).toISOString()}`;
        return `  → ${new Date(at).toISOString()} ${of}${it?.asks ? ', asked' : ''}`;
      }),
      ...messages.filter((it) => it.dropped).map((it) => `  lost: ${it.type} of ${it.event.object}`),
    ],
  };
}

/** What lines were sold as so far. */
function pricesOf({ sale }: River): ReadonlyMap<string, string> {
  return new Map(Object.entries(sale?.doc.pins ?? {}).map(([line, { refs }]) => [line, refs.price ?? '']));
}

/** @returns null where there is no license to act on */
function act(river: River, { license, hold, until_days }: Person): Override | null {
  const licenses = (river.sale?.licenses ?? []).filter((it) => !it.replaced);
  const of = licenses[license % Math.max(1, licenses.length)];
  if (!of) return null;
  const { line_id, unit, part } = of;
  const override: Override = {
    id: 'ovr_1',
    line_id,
    unit,
    part,
    ...(hold && { hold: 'suspend' as const }),
    ...(until_days !== null && { valid_until: BEGIN + until_days * 24 * 60 * MINUTE }),
  };
  river.override([override]);
  return override;
}

function grouped<T extends { readonly at: number }>(all: readonly T[], round: number): T[][] {
  const groups: T[][] = [];
  for (const it of all) {
    const last = groups.at(-1);
    if (last?.[0] && it.at - last[0].at <= round && round > 0) last.push(it);
    else groups.push([it]);
  }
  return groups;
}
