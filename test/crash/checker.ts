/**
 * Says whether anything was lost or doubled. It reads the sender's log and the management API, and nothing else: what
 * a shop was told, and what the vendor sees. What must never happen here: a look into the database, or a check that
 * cannot fail (checker.test.ts shows that each can).
 */
import * as z from 'zod';
import { type Purchase, type Telling, webhookFor } from './purchases.ts';
import type { Sent } from './sender.ts';

/** GETs a path of the management API. @returns the JSON of a 200, null of a 404. @throws otherwise */
export type Ask = (path: string) => Promise<unknown>;

/** The most that one page holds. */
const PAGE = 200;
/** Events that are read one by one, spread over all, besides the list of all. */
const READ_WHOLE = 1_000;

const named = z.object({ id: z.string() });
const event = named.extend({ source: z.string(), type: z.string(), state: z.string(), problem: z.unknown() });
const wholeEvent = event.extend({ body: z.string().nullable() });
const license = named.extend({
  key: z.string(),
  state: z.string(),
  product: z.string(),
  order_id: z.string(),
  line_id: z.string(),
  unit: z.int(),
  part: z.string(),
  generation: z.int(),
});
const order = named.extend({
  source: z.string(),
  external_id: z.string(),
  items: z.array(z.object({ licenses: z.array(license) })),
});
type Order = z.output<typeof order>;
type License = z.output<typeof license>;

/** What the answers of the house, by themselves, say of each event. */
interface Told {
  readonly complaints: readonly string[];
  /** Each event that was acknowledged, by the id that the house gave it. */
  readonly events: ReadonlyMap<string, Telling>;
}

/** After all was acknowledged and worked off. @returns what is wrong, in words; empty: nothing */
export async function complaintsAbout(log: readonly Sent[], ask: Ask): Promise<readonly string[]> {
  const told = readLog(log);
  const purchases = new Set(log.map(({ telling }) => telling.purchase));
  const orders = await listOf(ask, 'orders', order);
  return [
    ...told.complaints,
    ...eventComplaints(told.events, await listOf(ask, 'events', event)),
    ...(await missing(spread([...told.events], READ_WHOLE), ask)),
    ...orderComplaints(purchases, orders),
    ...licenseComplaints(orders, await listOf(ask, 'licenses', license)),
  ];
}

/** At any time: events that were acknowledged and are not there, each asked for by itself. */
export async function missing(
  events: Iterable<readonly [id: string, Telling]>,
  ask: Ask,
): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const [id, telling] of events) {
    const found = await ask(`/v1/events/${id}`);
    if (found === null) {
      complaints.push(`lost: ${wordsOf(telling)} was acknowledged as ${id} and is not there`);
      continue;
    }
    const { source, type, body } = wholeEvent.parse(found);
    const webhook = webhookFor(telling);
    if (source !== telling.purchase.source || type !== webhook.type || body !== webhook.body)
      complaints.push(`altered: ${wordsOf(telling)}, acknowledged as ${id}, is not what was sent`);
  }
  return complaints;
}

/** Of one event all answers agree, and no more than one of them calls it new. */
export function readLog(log: readonly Sent[]): Told {
  const complaints: string[] = [];
  const events = new Map<string, Telling>();
  for (const [telling, all] of Map.groupBy(log, (it) => it.telling)) {
    const answers = all.flatMap(({ answer }) => (answer?.status === 200 ? [answer] : []));
    const ids = new Set(answers.map((it) => it.event ?? ''));
    const news = answers.filter((it) => it.duplicate === false).length;
    const what = wordsOf(telling);
    if (answers.length === 0) complaints.push(`not delivered: ${what} was never acknowledged`);
    if (ids.size > 1) complaints.push(`doubled: ${what} is ${ids.size} events: ${[...ids].join(', ')}`);
    if (news > 1) complaints.push(`doubled: ${what} was called new ${news} times`);
    // Where every delivery was answered, one of them was the first.
    if (news === 0 && answers.length > 0 && answers.length === all.length)
      complaints.push(`swallowed: ${what} was called a duplicate, and never new`);
    for (const id of ids) {
      const other = events.get(id);
      if (other) complaints.push(`swallowed: ${what} and ${wordsOf(other)} are both ${id}`);
      events.set(id, telling);
    }
  }
  return { complaints, events };
}

function eventComplaints(
  told: ReadonlyMap<string, Telling>,
  listed: readonly z.output<typeof event>[],
): readonly string[] {
  const complaints = twice('event', listed);
  const there = new Set(listed.map(({ id }) => id));
  for (const [id, telling] of told)
    if (!there.has(id))
      complaints.push(`lost: ${wordsOf(telling)} was acknowledged as ${id}, and no list has it`);
  for (const { id, state, problem } of listed) {
    const telling = told.get(id);
    if (!telling) complaints.push(`stray: event ${id} was never sent, or never acknowledged`);
    else if (state !== (telling.purchase.external_id === null ? 'ignored' : 'done'))
      complaints.push(`stuck: ${wordsOf(telling)}, ${id}, is ${state}: ${JSON.stringify(problem)}`);
  }
  return complaints;
}

function orderComplaints(purchases: ReadonlySet<Purchase>, listed: readonly Order[]): readonly string[] {
  const complaints = twice('order', listed);
  const bySale = Map.groupBy(listed, (it) => `${it.source} ${it.external_id}`);
  const sales = new Set<string>();
  for (const purchase of purchases) {
    if (purchase.external_id === null) continue;
    const name = `${purchase.source} ${purchase.external_id}`;
    sales.add(name);
    const [found, ...others] = bySale.get(name) ?? [];
    if (!found) complaints.push(`lost: the sale ${name} has no order`);
    else complaints.push(...licensesOwed(name, purchase, found));
    if (others.length > 0) complaints.push(`doubled: the sale ${name} has ${others.length + 1} orders`);
  }
  for (const name of bySale.keys()) if (!sales.has(name)) complaints.push(`stray: nobody bought ${name}`);
  return complaints;
}

/** Exactly those in force that were bought; and ended ones only where the shop took something back. */
function licensesOwed(name: string, { in_force, taken_back }: Purchase, { id, items }: Order): string[] {
  const licenses = items.flatMap((it) => it.licenses);
  const productsOf = (some: readonly License[]) => some.map(({ product }) => product).sort();
  const ended = licenses.filter((it) => it.state === 'revoked');
  const others = licenses.filter((it) => !ended.includes(it));
  const inForce = others.filter((it) => it.state === 'active');
  const complaints: string[] = [];
  for (const it of others)
    if (it.state !== 'active') complaints.push(`wrong: license ${it.id} of ${name} is ${it.state}`);
  const [is, owed] = [productsOf(inForce).join(', '), [...in_force].sort().join(', ')];
  if (is !== owed) {
    const word =
      inForce.length > in_force.length ? 'doubled' : inForce.length < in_force.length ? 'lost' : 'wrong';
    complaints.push(`${word}: ${name}, order ${id}, has [${is}] in force where [${owed}] was bought`);
  }
  for (const [product, some] of Map.groupBy(ended, (it) => it.product)) {
    const most = taken_back.filter((it) => it === product).length;
    if (some.length > most)
      complaints.push(`doubled: ${name}, order ${id}, has ${some.length} ended ${product}, ${most} could be`);
  }
  const slots = Map.groupBy(licenses, ({ line_id, unit, part, generation }) =>
    JSON.stringify([line_id, unit, part, generation]),
  );
  for (const [slot, some] of slots)
    if (some.length > 1)
      complaints.push(`doubled: ${name}, order ${id}, has ${some.length} licenses for ${slot}`);
  return complaints;
}

/** No license stands alone, and no order shows one that is not there. */
function licenseComplaints(orders: readonly Order[], listed: readonly License[]): readonly string[] {
  const complaints = twice('license', listed);
  const shown = new Map(
    orders.flatMap(({ id, items }) => items.flatMap((it) => it.licenses.map((one) => [one.id, id] as const))),
  );
  for (const { id, order_id } of listed)
    if (shown.get(id) !== order_id)
      complaints.push(`stray: license ${id} stands alone: no order ${order_id} shows it`);
  const there = new Set(listed.map(({ id }) => id));
  for (const [id, of] of shown)
    if (!there.has(id)) complaints.push(`lost: license ${id} of order ${of} is in no list`);
  for (const [key, some] of Map.groupBy(listed, (it) => it.key))
    if (some.length > 1)
      complaints.push(`doubled: ${some.map(({ id }) => id).join(' and ')} have one key, ${key}`);
  return complaints;
}

function twice(what: string, listed: readonly { readonly id: string }[]): string[] {
  const groups = Map.groupBy(listed, ({ id }) => id);
  return [...groups].flatMap(([id, { length }]) =>
    length > 1 ? [`doubled: ${what} ${id} is listed ${length} times`] : [],
  );
}

/** All of a list, page by page. */
async function listOf<T>(ask: Ask, name: string, item: z.ZodType<T>): Promise<readonly T[]> {
  const page = z.object({ items: z.array(item), next_cursor: z.string().nullable() });
  const all: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const read: z.output<typeof page> = page.parse(
      await ask(`/v1/${name}?limit=${PAGE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`),
    );
    for (const it of read.items) all.push(it);
    cursor = read.next_cursor;
  }
  return all;
}

function spread<T>(all: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor(i * step)]).filter(
    (it) => it !== undefined,
  );
}

function wordsOf({ purchase, seed, sample }: Telling): string {
  return `${purchase.source} ${sample} of ${seed}`;
}
