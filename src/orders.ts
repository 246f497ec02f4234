/**
 * Orders by hand and by API. What is asked for is checked against the catalog, stored as an event of our own, and
 * carried to its end by walk two like any other: there is no second way to issue. What must never happen here: an
 * order id that means two things; of the events of one name the database keeps the first, and that one decides.
 */
import {
  BY_HAND,
  type EnteredBody,
  type EnteredItem,
  type EnteredRequest,
  type ForeseenOrder,
  type OrderAsked,
  type OrdersByHand,
  readEntered,
  requestOf,
} from './core/by-hand.ts';
import {
  additionDifferences,
  differences,
  itemDifferences,
  itemEvent,
  orderDifferences,
  orderEvent,
} from './core/by-hand-again.ts';
import { hexOf } from './core/bytes.ts';
import type { Catalog } from './core/catalog.ts';
import { chosenFaults } from './core/checks.ts';
import { grantChosen } from './core/chosen.ts';
import { type Path, pathText } from './core/faults.ts';
import { entered, enteredKey } from './core/integration.ts';
import { canonical } from './core/json.ts';
import { ID_BYTES, timeOrderedId } from './core/keys.ts';
import { LIMITS } from './core/limits.ts';
import { own } from './core/own.ts';
import type { CustomerRecord } from './core/people.ts';
import type { Clock, Digest, RandomBytes } from './core/ports.ts';
import { fail, invalid, ok, type PlacedError, type Result } from './core/problem.ts';
import type { Records } from './core/records.ts';
import type { Source } from './core/sources.ts';
import type { Inbox, Ledger } from './core/store.ts';
import type { Buyer } from './core/things.ts';

export interface OrdersPorts {
  readonly store: Pick<Inbox, 'addEvent' | 'readEvent' | 'findEvent'> &
    Pick<Ledger, 'findOrders' | 'loadSale'>;
  readonly records: Pick<Records, 'order' | 'customer' | 'customers' | 'account'>;
  /** Takes an event to its end. */
  readonly enter: (eventId: string) => Promise<Result<string | null>>;
  /** With that of orders by hand. */
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly digest: Digest;
  readonly units_per_line: number;
}

/** An event that was stored, or was there: then `was` is what it says, null where that is no longer stored. */
interface Kept {
  readonly event_id: string;
  readonly duplicate: boolean;
  readonly same: boolean;
  readonly was: EnteredBody | null;
}

export function makeOrders(ports: OrdersPorts): OrdersByHand {
  const { store, records, clock } = ports;

  /** What every order by hand is checked for. Nothing is written yet. */
  async function begun(asked: OrderAsked): Promise<Result<Begun>> {
    const source = (await ports.sources()).get(BY_HAND);
    if (!source) return fail('catalog_missing');
    const { catalog } = source.revision;
    const request = requestOf(asked);
    const external_id = asked.id ?? timeOrderedId('man', clock.now(), ports.random(ID_BYTES));
    const known = (await store.findOrders(BY_HAND, '', [external_id])).get(external_id) ?? null;
    const whom = known === null ? await buyerOf(request) : NOBODY;
    // What was taken once is not judged again, by a catalog that may have changed since.
    const errors =
      known === null ? [...whom.errors, ...itemErrors(request, catalog, [...request.items.keys()])] : [];
    if (errors.length > 0 && !(await isStored(orderEvent(external_id)))) return invalid(errors);
    return ok({ request, external_id, known, catalog, buyer: whom.buyer });
  }

  const put: OrdersByHand['put'] = async (asked, actor) => {
    const begins = await begun(asked);
    if (!begins.ok) return begins;
    const { request, external_id, catalog, buyer } = begins.value;
    const body: EnteredBody = {
      order: external_id,
      request,
      buyer,
      titles: titlesOf(request.items, catalog),
      by: actor,
    };
    const kept = await keep(orderEvent(external_id), body, request);
    const more = asked.append && !kept.same;
    if (!kept.same && !more) return differing(external_id, differences(kept.was, request));
    // Also where it was here before: whoever entered it may have died on the way.
    const order = await ports.enter(kept.event_id);
    if (!order.ok) return order;
    if (order.value === null) throw new Error(`the order ${external_id} was entered and is none`);
    const added = more ? await append(order.value, external_id, kept.was, asked, catalog, actor) : ok(null);
    return added.ok ? ok({ order_id: order.value, created: !kept.duplicate }) : added;
  };

  async function foresee(asked: OrderAsked): Promise<Result<ForeseenOrder>> {
    const begins = await begun(asked);
    if (!begins.ok) return begins;
    const { request, external_id, known, catalog } = begins.value;
    if (known === null) return ok('new');
    const there = await found(orderEvent(external_id), request);
    if (there?.same) return ok('same');
    const was = there?.was ?? null;
    if (!asked.append) return differing(external_id, differences(was, request));
    const additions = await additionsTo(known, external_id, was, asked, catalog);
    if (!additions.ok) return additions;
    const differ: PlacedError[] = [];
    let more = false;
    for (const [at, addition] of additions.value) {
      const before = await found(itemEvent(external_id, addition), addition);
      if (!before) more = true;
      else if (!before.same) differ.push(...additionDifferences(before.was, addition, at));
    }
    return differ.length > 0 ? differing(external_id, differ) : ok(more ? 'more' : 'same');
  }

  /** @returns those items that the order did not begin with, with their places */
  async function additionsTo(
    orderId: string,
    external_id: string,
    was: EnteredBody | null,
    asked: OrderAsked,
    catalog: Catalog,
  ): Promise<Result<readonly (readonly [number, EnteredItem])[]>> {
    const request = requestOf(asked);
    // Without its first items nobody can say which of these are new.
    if (!was || 'addition' in was) return differing(external_id, differences(null, request));
    const first = was.request.items;
    const isFirst = ({ id }: EnteredItem) => first.some((it) => it.id === id);
    const differ = [
      ...orderDifferences(was, asked),
      ...request.items.flatMap((it, at) => (isFirst(it) ? itemDifferences(first, it, at) : [])),
    ];
    if (differ.length > 0) return differing(external_id, differ);
    const sale = await store.loadSale(orderId);
    const units = new Map(sale?.items.map(({ line_id, quantity }) => [line_id, quantity ?? 0]));
    const fresh = [...request.items.entries()].filter(([, it]) => !units.has(it.id)).map(([at]) => at);
    const sold = [...units.values()].reduce((sum, it) => sum + it, 0);
    const errors = itemErrors(request, catalog, fresh, sold);
    if (errors.length > 0) {
      const stored = await Promise.all(request.items.map((it) => isStored(itemEvent(external_id, it))));
      const unknown = fresh.filter((at) => !stored[at]);
      const left = itemErrors(request, catalog, unknown, sold);
      if (left.length > 0) return invalid(left);
    }
    return ok([...request.items.entries()].filter(([, it]) => !isFirst(it)));
  }

  /** Each item is an event of its own, named by its id: the same again adds nothing, and two at once are both there. */
  async function append(
    orderId: string,
    external_id: string,
    was: EnteredBody | null,
    asked: OrderAsked,
    catalog: Catalog,
    actor: string,
  ): Promise<Result<null>> {
    const additions = await additionsTo(orderId, external_id, was, asked, catalog);
    if (!additions.ok) return additions;
    const { note, items } = requestOf(asked);
    const titles = titlesOf(items, catalog);
    const differ: PlacedError[] = [];
    for (const [at, addition] of additions.value) {
      const body: EnteredBody = {
        order: external_id,
        addition,
        note,
        by: actor,
        titles: { [addition.id]: own(titles, addition.id) ?? '' },
      };
      const kept = await keep(itemEvent(external_id, addition), body, addition);
      if (!kept.same) {
        differ.push(...additionDifferences(kept.was, addition, at));
        continue;
      }
      const end = await ports.enter(kept.event_id);
      if (!end.ok) return end;
    }
    return differ.length > 0 ? differing(external_id, differ) : ok(null);
  }

  /** Whoever died before it was carried had it taken: it is carried now, by whatever the catalog says since. */
  async function isStored(name: string): Promise<boolean> {
    return (await store.findEvent(BY_HAND, enteredKey(name))) !== null;
  }

  async function digestOf(content: EnteredRequest | EnteredItem): Promise<string> {
    return hexOf(await ports.digest.sha256(new TextEncoder().encode(canonical(content))));
  }

  /** @param content what is compared when the name comes again */
  async function keep(name: string, body: EnteredBody, content: EnteredRequest | EnteredItem): Promise<Kept> {
    const digest = await digestOf(content);
    const at = clock.now();
    const { id, duplicate } = await store.addEvent(
      BY_HAND,
      entered(name, JSON.stringify(body), digest, at),
      at,
    );
    if (!duplicate) return { event_id: id, duplicate, same: true, was: body };
    return { event_id: id, duplicate, ...(await heldBy(id, digest)) };
  }

  /** As `keep`, and nothing is kept. */
  async function found(
    name: string,
    content: EnteredRequest | EnteredItem,
  ): Promise<Pick<Kept, 'same' | 'was'> | null> {
    const id = await store.findEvent(BY_HAND, enteredKey(name));
    return id === null ? null : heldBy(id, await digestOf(content));
  }

  async function heldBy(eventId: string, digest: string): Promise<Pick<Kept, 'same' | 'was'>> {
    const event = await store.readEvent(eventId);
    return { same: event?.headers.digest === digest, was: event && readEntered(event.body) };
  }

  const enter: OrdersByHand['enter'] = async (asked, actor) => {
    const done = await put(asked, actor);
    if (!done.ok) return done;
    const { order_id, created } = done.value;
    const order = await records.order(order_id);
    return order ? ok({ order, created }) : fail('not_found', `no order ${order_id}`);
  };

  async function buyerOf({ customer, account }: EnteredRequest): Promise<Whom> {
    if (customer === null) return account === null ? NOBODY : { buyer: null, errors: [nobodyIn()] };
    const given = typeof customer === 'string' ? null : customer;
    // Who is given whole is looked for only to see whose they are.
    const known = given ? await customerAt(account && given.email) : await records.customer(String(customer));
    const errors = [
      ...(given || known?.email ? [] : [cannotBuy(known)]),
      ...(account === null ? [] : await accountErrors(account, known)),
    ];
    const { email = null, name = null, company = null, phone = null } = given ?? known ?? {};
    // Of a customer who is named by our id, a reference is another shop's.
    const buyer: Buyer = { email, name, company, phone, reference: given?.reference ?? null };
    return { buyer: account === null ? buyer : { ...buyer, member_of: account }, errors };
  }

  async function customerAt(email: string | null | undefined): Promise<CustomerRecord | null> {
    if (!email) return null;
    const { items } = await records.customers({ email }, { limit: 1, after: null });
    return items[0] ?? null;
  }

  async function accountErrors(account: string, customer: CustomerRecord | null): Promise<PlacedError[]> {
    const { id } = customer?.account ?? {};
    if (id !== undefined && id !== account) {
      const remedy = 'Send that account or none; PATCH /v1/customers/{id} moves a customer.';
      return [placed(['account'], `the customer belongs to ${id}`, remedy)];
    }
    const remedy = 'Send an id as GET /v1/accounts shows it.';
    const there = await records.account(account);
    return there ? [] : [placed(['account'], 'there is no account of this id', remedy)];
  }

  /** @param which items are looked at, by position; @param sold units that the order has besides */
  function itemErrors(
    { items }: EnteredRequest,
    catalog: Catalog,
    which: readonly number[],
    sold = 0,
  ): PlacedError[] {
    const most = ports.units_per_line;
    const mostOfOrder = Math.max(LIMITS.units_per_order, most);
    const errors: PlacedError[] = [];
    let units = sold;
    for (const at of which) {
      const it = items[at];
      if (!it) continue;
      const { id: _id, quantity, ...chosen } = it;
      for (const { path, message, remedy } of chosenFaults(grantChosen(chosen), ['items', at], catalog))
        errors.push(placed(path, message, remedy));
      const remedy = 'Send several orders, or raise KEYFERRY_MAX_UNITS_PER_LINE.';
      if (quantity > most) errors.push(placed(['items', at, 'quantity'], `is more than ${most}`, remedy));
      units += quantity;
    }
    if (errors.length === 0 && units > mostOfOrder)
      errors.push(
        placed(
          ['items'],
          `come to ${units} units; one order has ${mostOfOrder} at most`,
          'Send several orders.',
        ),
      );
    return errors.slice(0, LIMITS.faults_told);
  }

  return { enter, put, foresee };
}

/** An order by hand that nothing speaks against. */
interface Begun {
  readonly request: EnteredRequest;
  readonly external_id: string;
  /** Our id of it, where it is here. */
  readonly known: string | null;
  readonly catalog: Catalog;
  readonly buyer: Buyer | null;
}

interface Whom {
  readonly buyer: Buyer | null;
  readonly errors: readonly PlacedError[];
}
const NOBODY: Whom = { buyer: null, errors: [] };

/** An addition may leave its customer out, but not if the order begins with it. */
function nobodyIn(): PlacedError {
  const remedy = 'Send the customer too: orders belong to an account by theirs.';
  return placed(['account'], 'has nobody to belong to it', remedy);
}

function cannotBuy(customer: CustomerRecord | null): PlacedError {
  return customer
    ? placed(['customer'], 'has no email address', 'Send an email or reference of your own in its place.')
    : placed(['customer'], 'there is no customer of this id', 'Send an id as GET /v1/customers shows it.');
}

function placed(path: Path, message: string, remedy: string): PlacedError {
  return { file: 'request', path: pathText(['body', ...path]), message, remedy };
}

function differing(external_id: string, errors: readonly PlacedError[]): Result<never> {
  return fail('exists_with_different_content', `the order ${external_id}`, errors);
}

/** As people call what they sell, on the day of the order. */
function titlesOf(items: readonly EnteredItem[], { products, bundles }: Catalog): Record<string, string> {
  const named = [...products, ...bundles];
  return Object.fromEntries(
    items.map(({ id, product, bundle }) => {
      const code = product ?? bundle ?? '';
      return [id, named.find((it) => it.code === code)?.name ?? code];
    }),
  );
}
