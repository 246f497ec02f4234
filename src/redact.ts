/**
 * A redaction carried out, step by step, until all of it is done. Beside the river, whose rounds call it; each step is
 * written before the next begins, and whoever dies between two, another goes on from there. What must never happen
 * here: a name forgotten in one place and kept in another, or a redaction that is called done before it is.
 */
import { HOUSE } from './core/audit.ts';
import { customerIdentity, emailIdentity } from './core/customer.ts';
import { buyerOf, readSale } from './core/known.ts';
import { LIMITS } from './core/limits.ts';
import type { Clock, Digest, Log } from './core/ports.ts';
import type { Progress, RequestRecord, Sought, Touched } from './core/privacy.ts';
import type { FoundOrder, PrivacyStore } from './core/privacy-records.ts';
import { problem } from './core/problem.ts';
import { rewriteEventsOf } from './core/rewrite.ts';
import type { Source } from './core/sources.ts';
import { type Alarms, type Cause, isUnavailable, type Ledger, type LoadedSale } from './core/store.ts';
import { type BuriedName, buriedNames, buyersIn, WHOLE_SHOP } from './core/tombstones.ts';
import { makeTurnsOf } from './core/turns.ts';

export interface RedactPorts {
  readonly store: PrivacyStore & Pick<Ledger, 'loadSale'> & Alarms;
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  /** Down the river; as the bridge's. */
  readonly redact: (orderId: string, cause: Cause) => Promise<boolean>;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly log: Log;
}

export interface Redacting {
  /** One step of a redaction that is not done. @param asked the river passed a request on: look now. @returns how many steps it took */
  work(asked: boolean): Promise<number>;
  /** @returns the request after one more step */
  step(id: string): Promise<RequestRecord | null>;
}

/** An idle house looks this often for what others left. */
const LOOK_MS = 5_000;
/** What failed is tried again after this long. */
const REST_MS = 60_000;
/** Rows that cost little are read in larger pages. */
const PAGE = 50;
export const NOTHING: Touched = { orders: 0, events: 0 };
/** Who carries redactions out. */
const ITSELF = HOUSE;

export function makeRedacting(ports: RedactPorts): Redacting {
  const { store, clock, log } = ports;
  const turns = makeTurnsOf(1);
  const resting = new Map<string, number>();
  let lookAt = 0;

  async function work(asked: boolean): Promise<number> {
    const now = clock.now();
    if (!asked && now < lookAt) return 0;
    // One of many rounds looks, not all at once.
    lookAt = now + LOOK_MS;
    for (const [id, until] of resting) if (until <= now) resting.delete(id);
    const it = await store.openRedaction([...resting.keys()]);
    if (!it) return 0;
    lookAt = 0;
    try {
      await step(it.id);
      return 1;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      resting.set(it.id, now + REST_MS);
      log('error', 'redaction not carried out', { request: it.id, error: String(error) });
      await store.raise(it.source, problem('redaction_waits').code, it.id, now);
      return 0;
    }
  }

  function step(id: string): Promise<RequestRecord | null> {
    return turns(id)(async () => {
      const it = await store.privacyRequest(id);
      if (!it || it.done_at !== null) return it;
      const next = await stepOf(it);
      // There is more to do, whoever began it.
      lookAt = 0;
      if (next) await store.saveProgress(id, next);
      else {
        await store.finishRequest(it, ITSELF, clock.now());
        log('info', 'redaction done', { request: id, source: it.source });
      }
      return store.privacyRequest(id);
    });
  }

  /** @returns how far it is now; null: all is done */
  async function stepOf(it: RequestRecord): Promise<Progress | null> {
    const source = (await ports.sources()).get(it.source);
    if (!source) throw new Error(`the source ${it.source} does not run`);
    const { progress } = it;
    if (!progress) {
      // Before anything is looked for: what arrives from now on is read without its buyer.
      await store.bury(it.source, it.account, await namesOf(it), it.id, clock.now());
      return { stage: 'orders', after: '', touched: NOTHING };
    }
    if (progress.stage === 'orders') return redactOrders(it, progress, source);
    if (progress.stage === 'people') return forgetPeople(it, progress);
    return redactEvents(it, progress, source);
  }

  async function namesOf({ kind, subject }: RequestRecord): Promise<readonly BuriedName[]> {
    if (kind === 'redact_shop') return [WHOLE_SHOP];
    const { orders, customer, email } = subject;
    const names = orders.map((name): BuriedName => ({ kind: 'order', name }));
    if (customer !== null) return [...names, { kind: 'customer', name: customer }];
    // An address alone is all that the person is known by. Beside an id it names whoever buys with it next as well.
    const emails = email === null ? [] : [email];
    return buriedNames({ names, emails }, ports.digest, store.emailKey);
  }

  async function redactOrders(it: RequestRecord, progress: Progress, source: Source): Promise<Progress> {
    const found = await ordersAfter(it, progress.after, LIMITS.redacted_orders);
    let { orders, events } = progress.touched;
    for (const { id, told } of found) {
      if (it.kind !== 'redact_shop') {
        const sale = await store.loadSale(id);
        if (!sale || !(told || isOf(sale, it.subject))) continue;
        // Its own, so that nothing more is settled of it with a name; then what was, up to now.
        await store.bury(
          sale.source,
          sale.account,
          [{ kind: 'order', name: sale.external_id }],
          it.id,
          clock.now(),
        );
        events += await rewriteEventsOf(store, id, source.integration.redact);
      }
      if (await ports.redact(id, causeOf(it))) orders++;
    }
    const after = found.at(-1)?.place ?? '';
    const more = found.length === LIMITS.redacted_orders;
    return {
      ...(more ? { stage: 'orders', after } : { stage: 'people', after: '' }),
      touched: { orders, events },
    };
  }

  /** Last of the orders: while one of them is not redacted, its customer is still known by it. */
  async function forgetPeople(it: RequestRecord, progress: Progress): Promise<Progress> {
    const found = await ordersAfter(it, progress.after, PAGE);
    const others = await store.forgetCustomers(found.map(({ id }) => id));
    for (const { customer_id, order_id } of others) {
      const sale = await store.loadSale(order_id);
      const buyer = sale && buyerOf(readSale(sale.doc.things));
      if (buyer) await store.fillCustomer(customer_id, buyer);
    }
    const { touched } = progress;
    const after = found.at(-1)?.place ?? '';
    if (found.length < PAGE) await store.forgetAlone(identitiesOf(it));
    return found.length === PAGE
      ? { stage: 'people', after, touched }
      : { stage: 'events', after: '', touched };
  }

  /** Of a shop all that are left; of a person those that wait for an order, and that passed on a request. */
  async function redactEvents(
    it: RequestRecord,
    { after, touched }: Progress,
    { integration }: Source,
  ): Promise<Progress | null> {
    if (it.kind !== 'redact_shop') {
      await store.rewriteEvents(await store.eventsBeside(it), integration.redact);
      return null;
    }
    const found = await store.eventsOfShop(it.source, it.account, after, LIMITS.redacted_events);
    const rewritten = await store.rewriteEvents(
      found.map(({ id }) => id),
      integration.redact,
    );
    const last = found.at(-1);
    if (!last) return null;
    return { stage: 'events', after: last.key, touched: { ...touched, events: touched.events + rewritten } };
  }

  async function ordersAfter(
    it: RequestRecord,
    after: string,
    limit: number,
  ): Promise<readonly (FoundOrder & { readonly place: string })[]> {
    if (it.kind === 'redact_shop') {
      const found = await store.ordersOfShop(it.source, it.account, after, limit);
      return found.map(({ id, external_id }) => ({ id, told: true, place: external_id }));
    }
    const sought = { ...it.subject, source: it.source, account: it.account };
    return (await store.ordersOf(sought, after, limit)).map((found) => ({ ...found, place: found.id }));
  }

  return { work, step };
}

/** By one of its names, or by what its shop says of the buyer now: the same id at another shop is somebody else. */
export function isOf(
  sale: LoadedSale,
  { orders, customer, email }: Pick<Sought, 'orders' | 'customer' | 'email'>,
): boolean {
  const names = [sale.order_id, sale.external_id, ...sale.doc.refs];
  return (
    orders.some((it) => names.includes(it)) ||
    buyersIn(sale.doc.things).some(
      (it) =>
        (customer !== null && it.reference === customer) ||
        (email !== null && it.email?.trim().toLowerCase() === email.trim().toLowerCase()),
    )
  );
}

function causeOf({ event_id, by }: RequestRecord): Cause {
  return event_id === null
    ? { by: 'person', actor: by ?? ITSELF, act: 'redact' }
    : { by: 'events', event_ids: [event_id] };
}

/** Under what a person who never bought may be known. */
function identitiesOf({ subject, source, account }: RequestRecord): readonly string[] {
  const { email, customer } = subject;
  const named = { email: null, name: null, company: null, phone: null, reference: customer };
  const byShop = customerIdentity(named, source, account);
  return [...(email === null ? [] : [emailIdentity(email)]), ...(byShop === null ? [] : [byShop])];
}
