/**
 * True histories of Shopify orders: a small shop is driven by generated acts (pay, edit, refund, cancel, dispute),
 * counts its money in cents, and tells each act by the webhooks that Shopify would send.
 */
import fc from 'fast-check';
import { BEGIN, type History, type Telling } from './history.ts';
import { KINDS, type Kind, type On, slotsWorth } from './vendor.ts';

/** What the merchant or the buyer does. `line` picks one of the lines there are; an act that cannot be done now is not done. */
export interface Act {
  readonly act:
    | 'pay'
    | 'pay a part'
    | 'dispute'
    | 'dispute goes on'
    | 'add line'
    | 'add units'
    | 'remove units'
    | 'refund units'
    | 'refund money'
    | 'refund all'
    | 'refund all money'
    | 'cancel'
    | 'cancel and refund'
    | 'touch';
  readonly line: number;
  readonly units: number;
  readonly kind: Kind;
  /** Whole seconds since the act before; 0 happens where Shopify's own steps follow each other at once. */
  readonly seconds: number;
  /** Only the refund's own webhook is sent: the vendor did not switch the others on. */
  readonly quiet: boolean;
  /** An edit that removes units notes them as a refund of no money. */
  readonly noted: boolean;
}

export interface ShopifySale {
  readonly lines: readonly { readonly kind: Kind; readonly units: number }[];
  /** `paid`: created as paid, with no webhook before. */
  readonly born: 'pending' | 'authorized' | 'paid';
  /** Sold at a counter: nobody knows to whom. */
  readonly counter: boolean;
  readonly acts: readonly Act[];
}

const kind = fc.constantFrom(...KINDS);
const units = fc.integer({ min: 1, max: 3 });
const act: fc.Arbitrary<Act> = fc.record({
  act: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Act['act']>('pay') },
    { weight: 3, arbitrary: fc.constantFrom<Act['act'][]>('refund units', 'add line', 'add units') },
    { weight: 3, arbitrary: fc.constantFrom<Act['act'][]>('remove units', 'refund money', 'touch') },
    { weight: 2, arbitrary: fc.constantFrom<Act['act'][]>('pay a part', 'dispute', 'dispute goes on') },
    // After these the sale is over: rarer, or few histories would come far.
    {
      weight: 1,
      arbitrary: fc.constantFrom<Act['act'][]>(
        'refund all',
        'refund all money',
        'cancel',
        'cancel and refund',
      ),
    },
  ),
  line: fc.nat({ max: 5 }),
  units,
  kind,
  seconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90 })),
  quiet: fc.boolean(),
  noted: fc.boolean(),
});

export const shopifySale: fc.Arbitrary<ShopifySale> = fc.record({
  lines: fc.array(fc.record({ kind, units }), { minLength: 1, maxLength: 3 }),
  born: fc.constantFrom('pending', 'authorized', 'paid'),
  counter: fc.boolean(),
  acts: fc.array(act, { maxLength: 8, size: 'max' }),
});

const PRICE = 1000;

interface SoldLine {
  readonly id: number;
  readonly kind: Kind;
  ordered: number;
  current: number;
}
interface Refund {
  readonly id: number;
  readonly at: number;
  readonly cents: number;
  readonly units: readonly { readonly line: number; readonly units: number }[];
  /** With it the whole sale ended: all of the money went back, or the order was cancelled. */
  readonly whole: boolean;
}

interface Dispute {
  readonly id: number;
  readonly began: number;
  type: 'inquiry' | 'chargeback';
  status: string;
}

/** What may come after each of a dispute's states; a win may come after a loss. */
const NEXT: Readonly<Record<string, readonly (readonly [Dispute['type'], string])[]>> = {
  'inquiry needs_response': [
    ['inquiry', 'under_review'],
    ['chargeback', 'needs_response'],
    ['inquiry', 'charge_refunded'],
  ],
  'inquiry under_review': [
    ['inquiry', 'won'],
    ['chargeback', 'needs_response'],
  ],
  'chargeback needs_response': [
    ['chargeback', 'under_review'],
    ['chargeback', 'accepted'],
    ['chargeback', 'charge_refunded'],
    ['chargeback', 'lost'],
  ],
  'chargeback under_review': [
    ['chargeback', 'won'],
    ['chargeback', 'lost'],
  ],
  'chargeback lost': [['chargeback', 'won']],
};

/**
 * Plays the sale through.
 * @param number makes all ids of this sale its own
 */
export function shopifyHistory(sale: ShopifySale, number: number): History {
  const orderId = 6_000_000_000_000 + number;
  const lines: SoldLine[] = [];
  const refunds: Refund[] = [];
  const disputes: Dispute[] = [];
  const tellings: Telling[] = [];
  const story: string[] = [];
  let at = BEGIN;
  let received = 0;
  let forgiven = 0;
  let authorized = sale.born === 'authorized';
  let cancelled = false;
  let cancelledAt: number | null = null;
  /** Units of each line when all was last paid for. */
  let settled = new Map<number, number>();
  /** The same as the order said it then, and how many refunds it had counted. */
  let paidFor = { lines: settled, refunds: 0 };
  /** Cancelled while an edit waited for its money: what was paid for is told by nobody afterwards. */
  let doubtful = false;
  /** All went back by a refund that only told of itself: that it was all, no order has said yet. */
  let untold = false;

  const refunded = () => refunds.reduce((sum, it) => sum + it.cents, 0);
  const outstanding = () =>
    lines.reduce((sum, it) => sum + it.current * PRICE, 0) - forgiven - (received - refunded());
  const allWentBack = () => received > 0 && refunded() === received;
  const isOver = () => cancelled || allWentBack();

  function status(): string {
    if (received === 0) return cancelled ? 'voided' : authorized ? 'authorized' : 'pending';
    if (allWentBack()) return 'refunded';
    if (outstanding() > 0) return 'partially_paid';
    return refunds.some((it) => it.cents > 0) ? 'partially_refunded' : 'paid';
  }

  function addLine(its: Kind, count: number): void {
    lines.push({
      id: 15_000_000_000_000 + number * 100 + lines.length,
      kind: its,
      ordered: count,
      current: count,
    });
  }

  function tell(type: string, body: unknown): void {
    tellings.push({ type, body: JSON.stringify(body), at, answers: [] });
  }
  function tellOrder(...topics: string[]): void {
    const paidNow = ['paid', 'partially_refunded'].includes(status());
    if (paidNow) {
      settled = new Map(lines.map((it) => [it.id, it.current]));
      paidFor = { lines: new Map(settled), refunds: refunds.length };
    }
    for (const topic of topics) tell(topic, orderBody());
    untold = false;
  }
  function refund(cents: number, taken: Refund['units'], topics: readonly string[]): void {
    for (const it of taken) {
      const line = lines.find(({ id }) => id === it.line);
      if (line) line.current -= it.units;
    }
    const id = 9_000_000_000_000 + number * 100 + refunds.length;
    const whole = cancelled || (cents > 0 && refunded() + cents === received);
    const made = { id, at, cents, units: taken, whole };
    refunds.push(made);
    tell('refunds/create', refundBody(made));
    // Of a refund that only told of itself, what was paid for before is less by its units.
    for (const { line, units } of taken) settled.set(line, Math.max(0, (settled.get(line) ?? 0) - units));
    untold = whole && !cancelled;
    if (topics.length > 0) tellOrder(...topics);
  }
  function tellDispute(topic: 'create' | 'update', it: Dispute): void {
    // The shop may leave out when it was decided.
    const decided = ['accepted', 'lost'].includes(it.status) ? iso(at) : null;
    tell(`disputes/${topic}`, {
      id: it.id,
      order_id: orderId,
      type: it.type,
      status: it.status,
      amount: dollars(received),
      currency: 'USD',
      reason: 'fraudulent',
      network_reason_code: '4837',
      evidence_due_by: iso(it.began + 864_000_000),
      evidence_sent_on: null,
      finalized_on: decided,
      initiated_at: iso(it.began),
    });
  }
  const everything = () =>
    lines.filter((it) => it.current > 0).map((it) => ({ line: it.id, units: it.current }));

  function orderBody() {
    return {
      id: orderId,
      admin_graphql_api_id: `gid://shopify/Order/${orderId}`,
      name: `#${number}`,
      confirmed: true,
      test: false,
      created_at: iso(BEGIN),
      processed_at: iso(BEGIN),
      updated_at: iso(at),
      cancelled_at: cancelledAt === null ? null : iso(cancelledAt),
      financial_status: status(),
      currency: 'USD',
      total_price: '100.00',
      source_name: sale.counter ? 'pos' : 'web',
      email: sale.counter ? '' : `buyer${number}@example.com`,
      customer: sale.counter
        ? null
        : { id: 7_000_000_000_000 + number, first_name: 'Ada', last_name: 'Example' },
      line_items: lines.map((it) => ({
        id: it.id,
        title: it.kind,
        variant_title: null,
        name: it.kind,
        sku: `${it.kind.toUpperCase()}-1`,
        quantity: it.ordered,
        current_quantity: it.current,
        variant_id: 44_000_000_000_000 + KINDS.indexOf(it.kind),
        product_id: 8_000_000_000_000 + KINDS.indexOf(it.kind),
        vendor: 'Acme',
        gift_card: it.kind === 'gift',
        properties: [],
      })),
      refunds: refunds.map(refundBody),
    };
  }
  function refundBody(it: Refund) {
    const transaction = {
      id: it.id + 50,
      kind: 'refund',
      status: 'success',
      amount: dollars(it.cents),
      currency: 'USD',
    };
    return {
      id: it.id,
      admin_graphql_api_id: `gid://shopify/Refund/${it.id}`,
      order_id: orderId,
      created_at: iso(it.at),
      processed_at: iso(it.at),
      refund_line_items: it.units.map(({ line, units: count }) => ({
        line_item_id: line,
        quantity: count,
        restock_type: 'no_restock',
        subtotal_set: { shop_money: { amount: dollars(count * PRICE), currency_code: 'USD' } },
      })),
      order_adjustments: [],
      transactions: it.cents > 0 ? [transaction] : [],
    };
  }

  /** @returns false when it cannot be done now */
  function perform({ act: what, line: pick, units: count, kind: its, quiet, noted }: Act): boolean {
    const line = lines[pick % lines.length];
    const owes = outstanding() > 0;
    const paidUp = received > 0 && !owes;
    const always = ['touch', 'dispute', 'dispute goes on'].includes(what);
    if (!line || (isOver() && !always)) return false;
    switch (what) {
      case 'touch':
        tellOrder('orders/updated');
        return true;
      case 'pay':
        if (!owes) return false;
        received += outstanding();
        authorized = false;
        tellOrder('orders/paid', 'orders/updated');
        return true;
      case 'pay a part':
        if (outstanding() <= PRICE / 2) return false;
        received += PRICE / 2;
        authorized = false;
        tellOrder('orders/updated');
        return true;
      case 'dispute': {
        if (received === 0) return false;
        const id = 2_000_000_000_000 + number * 100 + disputes.length;
        const type = noted ? 'inquiry' : 'chargeback';
        disputes.push({ id, began: at, type, status: 'needs_response' });
        for (const it of disputes.slice(-1)) tellDispute('create', it);
        return true;
      }
      case 'dispute goes on': {
        const it = disputes[pick % disputes.length];
        const ways = it && NEXT[`${it.type} ${it.status}`];
        const way = ways?.[count % ways.length];
        if (!it || !way) return false;
        [it.type, it.status] = way;
        tellDispute('update', it);
        return true;
      }
      case 'add line':
      case 'add units':
        if (what === 'add line') addLine(its, count);
        else {
          line.ordered += count;
          line.current += count;
        }
        at = Math.max(at, lastTold() + 1000);
        tellEdit();
        return true;
      case 'remove units':
        if (line.current === 0) return false;
        at = Math.max(at, lastTold() + 1000);
        if (noted) refund(0, [{ line: line.id, units: Math.min(count, line.current) }], []);
        else line.current -= Math.min(count, line.current);
        tellEdit();
        return true;
      case 'refund units': {
        if (!paidUp || line.current === 0) return false;
        const taken = Math.min(count, line.current);
        const cents = Math.min(taken * PRICE, received - refunded());
        refund(cents, [{ line: line.id, units: taken }], quiet ? [] : ['orders/updated']);
        return true;
      }
      case 'refund money': {
        const cents = Math.min(count * 300, received - refunded() - 1);
        if (!paidUp || cents <= 0) return false;
        forgiven += cents;
        refund(cents, [], ['orders/updated']);
        return true;
      }
      case 'refund all':
        if (!paidUp) return false;
        refund(received - refunded(), everything(), ['orders/updated']);
        return true;
      case 'refund all money':
        if (!paidUp) return false;
        refund(received - refunded(), [], ['orders/updated']);
        return true;
      case 'cancel':
        // What an edit removed a moment ago looks as if the cancelling had taken it.
        doubtful = owes || (everything().length === 0 && refunds.some(isFresh));
        cancelled = true;
        cancelledAt = at;
        // The shop notes the units as gone, and no money moves.
        refund(0, everything(), ['orders/cancelled', 'orders/updated']);
        return true;
      case 'cancel and refund':
        if (!paidUp) return false;
        cancelled = true;
        cancelledAt = at;
        refund(received - refunded(), everything(), ['orders/cancelled', 'orders/updated']);
        return true;
    }
  }
  function isFresh(it: Refund): boolean {
    return it.cents === 0 && it.units.length > 0 && at - it.at <= 10_000;
  }
  function lastTold(): number {
    return tellings.at(-1)?.at ?? at;
  }
  function tellEdit(): void {
    const edit = { id: tellings.length, order_id: orderId, line_items: { additions: [], removals: [] } };
    tell('orders/edited', { order_edit: edit });
    tellOrder('orders/updated');
  }

  for (const it of sale.lines) addLine(it.kind, it.units);
  if (sale.born === 'paid') received = outstanding();
  tellOrder('orders/create', ...(sale.born === 'paid' ? ['orders/paid'] : []));
  story.push(`order of ${lines.map((it) => `${it.current} ${it.kind}`).join(', ')}, ${status()}`);
  for (const it of sale.acts) {
    const before = at;
    at += it.seconds * 1000;
    if (!perform(it)) {
      at = before;
      continue;
    }
    const left = lines.map((line) => `${line.current} ${line.kind}`).join(', ');
    const disputed = disputes.map((one) => `, ${one.type} ${one.status}`).join('');
    story.push(`+${(at - before) / 1000} s ${it.act}: ${left}, ${status()}${disputed}`);
  }

  const chargebacks = disputes.filter((it) => it.type === 'chargeback').map((it) => it.status);
  const lost = chargebacks.some((it) => it === 'lost' || it === 'accepted');
  const disputed = chargebacks.some((it) => it === 'needs_response' || it === 'under_review');

  /** What the money that is there pays for. */
  const due = (it: SoldLine) => {
    if (received === 0 || lost || isOver()) return 0;
    return outstanding() > 0 ? Math.min(it.current, settled.get(it.id) ?? 0) : it.current;
  };
  /** The same, counted for policies under which what went back or was cancelled is not simply revoked. */
  function entitledUnder(on: On): string[] | null {
    if (doubtful || untold) return null;
    const acts = [allWentBack() && on.refund_full, cancelled && on.order_cancelled];
    if (received === 0 || lost || acts.includes('revoke')) return [];
    const took = (it: Refund) => !it.whole && on.refund_partial === 'by_unit';
    const units = (line: number, which: (it: Refund, nth: number) => boolean) =>
      refunds
        .filter(which)
        .reduce((sum, it) => sum + (it.units.find((one) => one.line === line)?.units ?? 0), 0);
    const owed = ({ id, current }: SoldLine) => {
      const now = current + units(id, (it) => !took(it));
      if (outstanding() <= 0) return now;
      const kept = units(id, (it, nth) => nth < paidFor.refunds && !took(it));
      const gone = units(id, (it, nth) => nth >= paidFor.refunds && took(it));
      return Math.min(now, Math.max(0, (paidFor.lines.get(id) ?? 0) + kept - gone));
    };
    const state = disputed || acts.includes('suspend') ? ' suspended' : '';
    return lines
      .flatMap((it) => slotsWorth(String(it.id), it.kind, owed(it)).map((slot) => slot + state))
      .sort();
  }
  return {
    shop: 'shopify',
    external_id: String(orderId),
    tellings,
    entitled: lines
      .flatMap((it) => slotsWorth(String(it.id), it.kind, due(it)))
      .map((slot) => (disputed ? `${slot} suspended` : slot))
      .sort(),
    entitledUnder,
    never_paid: received === 0,
    order: orderBody(),
    story,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
function dollars(cents: number): string {
  return (cents / 100).toFixed(2);
}
