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
      if (sale && (source === null || sale.source === source))
        return ok({ ...sought, orders: [sale.external_id], source: sale.source, account: sale.account });
      const known =
        source === null ? await records.orders({ external_id: order }, { limit: PAGE, after: null }) : null;
      return ok({ ...sought, orders: [order, ...(known?.items ?? []).map(({ id }) => id)] });
    }
    if (customer !== undefined) {
      const nobody = { orders: [], customer, email: null, source: null, account: null };
      const [row] = await store.customersOf(nobody);
      if (!row) return ok({ ...sought, customer });
      return ok({ ...sought, email: row.email, customer: row.email === null ? row.reference : null });
    }
    return ok(sought);
  }

  async function page(sought: Sought, after: IdKey | null): Promise<ExportPage> {
    const ids = await store.ordersOf(sought, after?.[0] ?? '', LIMITS.exported_orders);
    const orders: ExportedOrder[] = [];
    let bytes = 0;
    let last: string | null = null;
    for (const id of ids) {
      last = id;
      const sale = sought.customer === null ? null : await store.loadSale(id);
      if (sale && !isOf(sale, sought)) continue;
      const order = await records.order(id);
      if (!order) continue;
      const events = await eventsOf(id);
      orders.push({ ...order, events });
      bytes += events.reduce(
        (sum, it) => sum + (it.body?.length ?? 0) + JSON.stringify(it.answers).length,
        0,
      );
      if (bytes >= LIMITS.exported_bytes) break;
    }
    const more = last !== null && (last !== ids.at(-1) || ids.length === LIMITS.exported_orders);
    const own = after === null ? await store.customersOf(sought) : [];
    const customers = [...own, ...orders.flatMap((it) => it.customer ?? [])];
    return {
      customers: [...new Map(customers.map((it) => [it.id, it])).values()],
      orders,
      requests: after === null ? await store.requestsOf(sought) : [],
      next: more && last !== null ? [last] : null,
    };
  }

  async function eventsOf(orderId: string): Promise<readonly WholeEvent[]> {
    const all: WholeEvent[] = [];
    for (let after = ''; ; ) {
      const some = await store.wholeEvents(orderId, after, LIMITS.redacted_events);
      all.push(...some);
      if (some.length < LIMITS.redacted_events) return all;
      after = some.at(-1)?.id ?? '';
    }
  }

  /** What a redaction would find, without touching it. */
  async function preview(sought: Sought): Promise<Touched> {
    let { orders, events } = NOTHING;
    for (let after = ''; ; ) {
      const ids = await store.ordersOf(sought, after, PAGE);
      const sales = await Promise.all(ids.map((id) => store.loadSale(id)));
      const own = sales.filter((sale) => sale !== null).filter((sale) => isOf(sale, sought));
      orders += own.filter(({ doc }) => !doc.redacted).length;
      events += await store.countEvents(own.map(({ order_id }) => order_id));
      if (ids.length < PAGE) return { orders, events };
      after = ids.at(-1) ?? '';
    }
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
