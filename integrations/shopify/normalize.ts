/**
 * Says what a stored event means, from its body and from what the shop answered. Pure; it stands between gather
 * and merge. What must never happen here: a refund, an edit or a dispute bringing a sale into being.
 */
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import type { Fact } from '../../src/core/sale.ts';
import { factsOfDispute } from './dispute.ts';
import { buyerFact, type From, factsOfOrder, factsOfRefund } from './facts.ts';
import { object } from './fields.ts';
import { isMissing, readOrder, type ShopOrder } from './order.ts';
import { readRefund } from './refund.ts';
import { factsOfRenewal, type Renewal, renewalOf } from './renewal.ts';
import { otherShopOf } from './shop.ts';
import { type Subject, subjectOf } from './topics.ts';

/** Goes up whenever the same bytes are read differently. */
export const READER = 3;

export function normalize(event: StoredEvent, answers: readonly Answer[]): Reading {
  const reading = read(event, answers);
  const other = otherShopOf(event.headers);
  if (reading.is !== 'facts' || reading.remark || !other) return reading;
  return { ...reading, remark: problem('topic_mismatch', other.detail) };
}

function read(event: StoredEvent, answers: readonly Answer[]): Reading {
  const subject = subjectOf(event);
  if (subject.is === 'read') return subject.reading;
  const from: From = { asked: false, origin: event.id, reader: READER };
  if (subject.is === 'dispute') return readDisputeEvent(subject, from);
  const asked = answers.filter((it) => it.asked === 'order').map((it) => readAnswer(it));
  const found = asked.filter((it) => it !== null);
  const gone = asked.length > 0 && found.length === 0;
  const remark = gone
    ? problem('shop_object_gone', `order ${subject.order_id}; read from the webhook's own body`)
    : null;
  const isWhole = subject.is === 'order' || subject.is === 'look';
  // One answer that knows the first order is enough: an earlier one may have been given to a lesser token.
  const renewal = found.findLast((it) => it.renewal !== null)?.renewal ?? null;
  const known: Known = {
    newest: Math.max(...found.map((it) => it.order.updated_at)),
    facts: found.flatMap((it) => factsOf(it.order, renewal, it.from)),
    renewal,
    sale: {
      creates: isWhole && !renewal ? subject.order_id : null,
      refs: [...(renewal ? [renewal.origin] : []), ...(isWhole && !renewal ? [] : [subject.order_id])],
    },
    from,
    remark,
  };
  if (subject.is === 'look') return readLook(subject, known, found, gone);
  if (subject.is === 'order') return readOrderEvent(subject, known);
  if (subject.is === 'refund') return readRefundEvent(subject, known);
  if (gone) return { is: 'parked', problem: problem('shop_object_gone', `order ${subject.order_id}`) };
  return {
    is: 'facts',
    ...known.sale,
    facts: known.facts,
    ...(found.length === 0 && {
      remark: problem(
        'api_key_needed',
        'orders/edited names no product; orders/updated carries the same change, so nothing is lost if it is switched on',
      ),
    }),
  };
}

type Of<Is extends Subject['is']> = Extract<Subject, { readonly is: Is }>;

/** What is known of the order before the event's own body is read. */
interface Known {
  /** The latest `updated_at` of what the shop answered; -Infinity when it did not. */
  readonly newest: number;
  /** What it answered. */
  readonly facts: readonly Fact[];
  /** The order it renews, where the shop named that. */
  readonly renewal: Renewal | null;
  /** Whose the event is. */
  readonly sale: Pick<Extract<Reading, { readonly is: 'facts' }>, 'creates' | 'refs'>;
  /** Of the body. */
  readonly from: From;
  readonly remark: Problem | null;
}

interface Found {
  readonly order: ShopOrder;
  readonly renewal: Renewal | null;
  readonly from: From;
}

/** The order as the shop answered; null when it no longer knows the order. */
function readAnswer(answer: Answer): Found | null {
  const body = object(object(answer.body)?.order);
  const order = body && readOrder(body);
  if (!order || isMissing(order)) return null;
  return { order, renewal: renewalOf(body), from: { asked: true, origin: answer.id, reader: READER } };
}

function factsOf(order: ShopOrder, renewal: Renewal | null, from: From): readonly Fact[] {
  return renewal ? factsOfRenewal(order, renewal, from) : factsOfOrder(order, from);
}

/** Of our own events only the answers speak. */
function readLook(
  { order_id }: Of<'look'>,
  { sale, facts }: Known,
  found: readonly Found[],
  gone: boolean,
): Reading {
  if (found.length === 0) {
    const code = gone ? 'shop_object_gone' : 'api_key_needed';
    return { is: 'parked', problem: problem(code, `order ${order_id}`) };
  }
  const gids = found.flatMap(({ order }) => order.gid ?? []);
  return { is: 'facts', ...sale, refs: [...new Set([...sale.refs, ...gids])], facts };
}

function readOrderEvent({ body }: Of<'order'>, known: Known): Reading {
  const { newest, facts: answered, renewal, sale, from, remark } = known;
  const told = readOrder(body);
  const gid = isMissing(told) ? null : told.gid;
  const reading = { is: 'facts', ...sale, refs: [...sale.refs, ...(gid === null ? [] : [gid])] } as const;
  // An answer may come from a replica that lags behind the webhook: then the newer word counts too.
  if (answered.length > 0 && (isMissing(told) || told.updated_at <= newest)) {
    const buyerless = !renewal && !answered.some((it) => it.group === 'buyer');
    const buyer = buyerless && !isMissing(told) && told.buyer ? buyerFact(told, told.buyer, from) : [];
    return { ...reading, facts: [...answered, ...buyer] };
  }
  if (isMissing(told)) return parked(told);
  if (!told.lines && answered.length === 0) return parked(told.missing);
  const partly = told.missing.length > 0 ? problem('fields_missing', told.missing.join(', ')) : null;
  const noted = remark ?? partly;
  return {
    ...reading,
    facts: [...answered, ...factsOf(told, renewal, from)],
    ...(noted && { remark: noted }),
  };
}

function readRefundEvent({ body }: Of<'refund'>, known: Known): Reading {
  const { facts: answered, sale, from, remark } = known;
  const refund = readRefund(body);
  const reading = { is: 'facts', ...sale } as const;
  // The order's answer says this refund too, unless the shop is still catching up with itself.
  const isKnown = !isMissing(refund) && answered.some((it) => it.kind === 'refund' && it.id === refund.id);
  if (isKnown) return { ...reading, facts: answered };
  if (isMissing(refund)) return answered.length > 0 ? { ...reading, facts: answered } : parked(refund);
  if (!refund.units && answered.length === 0) return parked(['refund_line_items']);
  return { ...reading, facts: [...answered, ...factsOfRefund(refund, from)], ...(remark && { remark }) };
}

function readDisputeEvent({ body, order_id }: Of<'dispute'>, from: From): Reading {
  const dispute = factsOfDispute(body, order_id, from);
  if (!dispute) return parked(['id']);
  const { facts, remark } = dispute;
  return { is: 'facts', creates: null, refs: [order_id], facts, ...(remark && { remark }) };
}

function parked(fields: readonly string[]): Reading {
  return { is: 'parked', problem: problem('fields_missing', fields.join(', ')) };
}
