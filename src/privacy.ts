/**
 * Requests by law, as people see to them: exports put together, redactions asked for by hand. Beside the river. What
 * must never happen here: the records of one person in the export of another.
 */
import { LIMITS } from './core/limits.ts';
import type { Asked, Redacted, RequestRecord, Sought, Touched } from './core/privacy.ts';
import type { ExportedOrder, ExportPage, Privacy } from './core/privacy-records.ts';
import { fail, ok, type Result } from './core/problem.ts';
import type { IdKey, Records, WholeEvent } from './core/records.ts';
import { isUnavailable } from './core/store.ts';
import { isOf, makeRedacting, NOTHING, type Redacting, type RedactPorts } from './redact.ts';

export interface PrivacyPorts extends RedactPorts {
  readonly records: Pick<Records, 'order' | 'orders'>;
}

/** Of one call by hand: most persons are done by then, and a Worker may ask its database only so often. */
const STEPS_AT_ONCE = 6;
/** Rows that cost little are read in larger pages. */
const PAGE = 50;

export function makePrivacy(ports: PrivacyPorts): Privacy & Pick<Redacting, 'work'> {
  const { store, records, clock } = ports;
  const { work, step } = makeRedacting(ports);

  /** Whom somebody asks for by hand. */
  async function resolve(asked: Asked, account: string | null): Promise<Result<Sought>> {
    const { source = null, order, customer } = asked;
    if (source !== null && !(await ports.sources()).has(source)) return fail('source_unknown', source);
    const sought: Sought = { orders: [], customer: null, email: asked.email ?? null, source, account };
    if (order !== undefined) {
      const sale = await store.loadSale(order);
      if (sale && source !== null && sale.source !== source)
        return fail('not_found', `the order ${order} is of the source ${sale.source}`);
      if (sale)
        return ok({ ...sought, orders: [sale.external_id], source: sale.source, account: sale.account });
      const known =
        source === null ? await records.orders({ external_id: order }, { limit: PAGE, after: null }) : null;
      return atOneShop({ ...sought, orders: [order, ...(known?.items ?? []).map(({ id }) => id)] });
    }
    if (customer !== undefined) {
      const nobody = { orders: [], customer, email: null, source: null, account: null };
      const [row] = await store.customersOf(nobody);
      if (!row) return atOneShop({ ...sought, customer });
      if (row.email !== null) return ok({ ...sought, email: row.email });
      // Known by the id of one shop alone, which is somebody else's at every other.
      const { items } = await records.orders({ customer }, { limit: 1, after: null });
      const [bought] = items;
      if (bought && source !== null && bought.source !== source)
        return fail('not_found', `the customer ${customer} is of the source ${bought.source}`);
      const of = bought && { source: bought.source, account: bought.account };
      return ok({ ...sought, customer: row.reference, ...of });
    }
    return ok(sought);
  }

  /** Without its source a shop's own name may be that of two persons, whose records belong to nobody else. */
  async function atOneShop(sought: Sought): Promise<Result<Sought>> {
    if (sought.source !== null && sought.account !== null) return ok(sought);
    const { own } = await ownOrders(sought, '');
    const shops = new Map(
      own.map(({ source, account }) => [`${source} ${account}`.trim(), { source, account }]),
    );
    if (shops.size > 1) {
      const message = `is missing: known at ${[...shops.keys()].sort().join(', ')}`;
      const remedy = 'Say at which of them: the source, and the account where it has several.';
      return fail('request_invalid', `source ${message}`, [
        { file: 'request', path: 'body.source', message, remedy },
      ]);
    }
    return ok({ ...sought, ...shops.values().next().value });
  }

  /** @param after an order that was told; or one that was not told whole, and the last of its events that was */
  async function page(sought: Sought, after: IdKey | null): Promise<ExportPage> {
    const [place = '', event] = after?.[0].split(' ') ?? [];
    // Of one that goes on, from just before it.
    const from = event === undefined ? place : place.slice(0, -1);
    const found = await store.ordersOf(sought, from, LIMITS.exported_orders);
    const due = event === undefined ? found : found.filter(({ id }) => id >= place);
    const orders: ExportedOrder[] = [];
    let bytes = 0;
    let last: string | null = null;
    for (const { id, told: sure } of due) {
      last = id;
      const sale = sure || sought.customer === null ? null : await store.loadSale(id);
      if (sale && !isOf(sale, sought)) continue;
      const order = await records.order(id);
      if (!order) continue;
      const told = id === place ? (event ?? '') : '';
      const events = await eventsOf(id, told, LIMITS.exported_bytes - bytes);
      orders.push({ ...order, events: events.some });
      bytes += events.bytes;
      if (events.last !== null) last = `${id} ${events.last}`;
      if (bytes >= LIMITS.exported_bytes || events.last !== null) break;
    }
    const more = last !== null && (last !== due.at(-1)?.id || found.length === LIMITS.exported_orders);
    const own = after === null ? await store.customersOf(sought) : [];
    const customers = [...own, ...orders.flatMap((it) => it.customer ?? [])];
    return {
      customers: [...new Map(customers.map((it) => [it.id, it])).values()],
      orders,
      requests: after === null ? await store.requestsOf(sought) : [],
      next: more && last !== null ? [last] : null,
    };
  }

  /** Until so many bytes are passed. @returns `last`: there are more after this one; null: these are all */
  async function eventsOf(
    orderId: string,
    from: string,
    room: number,
  ): Promise<{ readonly some: readonly WholeEvent[]; readonly bytes: number; readonly last: string | null }> {
    const some: WholeEvent[] = [];
    let bytes = 0;
    for (let after = from; ; ) {
      const next = await store.wholeEvents(orderId, after, LIMITS.redacted_events);
      some.push(...next);
      for (const { body, answers } of next) bytes += (body?.length ?? 0) + JSON.stringify(answers).length;
      if (next.length < LIMITS.redacted_events) return { some, bytes, last: null };
      after = next.at(-1)?.id ?? '';
      if (bytes >= room) return { some, bytes, last: after };
    }
  }

  /** What a redaction would find, without touching it. */
  async function preview(sought: Sought): Promise<Touched> {
    let { orders, events } = NOTHING;
    for (let after = ''; ; ) {
      const { found, own } = await ownOrders(sought, after);
      orders += own.filter(({ doc }) => !doc.redacted).length;
      events += await store.countEvents(own.map(({ order_id }) => order_id));
      if (found.length < PAGE) return { orders, events };
      after = found.at(-1)?.id ?? '';
    }
  }

  /** A page of what is found, and those of it that are theirs for sure. */
  async function ownOrders(sought: Sought, after: string) {
    const found = await store.ordersOf(sought, after, PAGE);
    const own = found.map(async ({ id, told }) => {
      const sale = await store.loadSale(id);
      return sale && (told || isOf(sale, sought)) ? [sale] : [];
    });
    return { found, own: (await Promise.all(own)).flat() };
  }

  async function goOn(id: string): Promise<RequestRecord | null> {
    let request = await step(id);
    for (let steps = 1; steps < STEPS_AT_ONCE && request?.done_at === null; steps++) request = await step(id);
    return request;
  }

  return {
    work,
    goOn,
    requests: store.privacyRequests,
    request: store.privacyRequest,

    done: async (id, by) => {
      const it = await store.privacyRequest(id);
      if (!it) return fail('not_found', `no request ${id}`);
      if (it.kind !== 'export') return fail('request_by_itself', id);
      await store.finishRequest(it, by, clock.now());
      return ok((await store.privacyRequest(id)) ?? it);
    },

    exportOf: async (asked, after) => {
      const sought = await resolve(asked, asked.account ?? null);
      return sought.ok ? ok(await page(sought.value, after)) : sought;
    },

    exportFor: async (id, after) => {
      const it = await store.privacyRequest(id);
      if (!it) return fail('not_found', `no request ${id}`);
      return ok(await page({ ...it.subject, source: it.source, account: it.account }, after));
    },

    redact: async (asked, by): Promise<Result<Redacted>> => {
      const { shop, dry_run, account = '' } = asked;
      const resolved = await resolve(asked, account);
      if (!resolved.ok) return resolved;
      // The account of an order that is known is the order's own.
      const sought = { ...resolved.value, source: asked.source, account: resolved.value.account ?? account };
      if (dry_run) {
        const touched = shop ? await store.countOfShop(sought.source, sought.account) : await preview(sought);
        return ok({ request: null, touched });
      }
      const { orders, customer, email } = sought;
      const id = await store.addRequest({
        kind: shop ? 'redact_shop' : 'redact_customer',
        subject: { orders, customer, email },
        source: sought.source,
        account: sought.account,
        by,
        at: clock.now(),
      });
      const request = await goOn(id).catch(async (error: unknown) => {
        if (isUnavailable(error)) throw error;
        // It is written down: the rounds try it again.
        ports.log('error', 'redaction not carried out', { request: id, error: String(error) });
        return store.privacyRequest(id);
      });
      return ok({ request, touched: request?.progress?.touched ?? NOTHING });
    },
  };
}
