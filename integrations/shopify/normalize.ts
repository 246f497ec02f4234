/**
 * Says what a stored event means, from its body and from what the shop answered. Pure; it stands between gather
 * and merge. What must never happen here: a refund or an edit bringing a sale into being.
 */
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import type { Fact } from '../../src/core/sale.ts';
import { buyerFact, type From, factsOfOrder, factsOfRefund } from './facts.ts';
import { object } from './fields.ts';
import { isMissing, readOrder, type ShopOrder } from './order.ts';
import { readRefund } from './refund.ts';
import { otherShopOf } from './shop.ts';
import { type Subject, subjectOf } from './topics.ts';

/** Goes up whenever the same bytes are read differently. */
export const READER = 2;

export function normalize(event: StoredEvent, answers: readonly Answer[]): Reading {
  const reading = read(event, answers);
  const other = otherShopOf(event.headers);
  if (reading.is !== 'facts' || reading.remark || !other) return reading;
  return { ...reading, remark: problem('topic_mismatch', other.detail) };
}

function read(event: StoredEvent, answers: readonly Answer[]): Reading {
  const subject = subjectOf(event);
  if (subject.is === 'ignored' || subject.is === 'parked') return subject;
  const asked = answers.filter((it) => it.asked === 'order').map((it) => readAnswer(it));
  const found = asked.filter((it) => it !== null);
  const gone = asked.length > 0 && found.length === 0;
  const remark = gone
    ? problem('shop_object_gone', `order ${subject.order_id}; read from the webhook's own body`)
    : null;
  const from: From = { asked: false, origin: event.id, reader: READER };
  const answered = found.flatMap((it) => factsOfOrder(it.order, it.from));
  if (subject.is === 'order') return readOrderEvent(subject, found, answered, from, remark);
  if (subject.is === 'refund') return readRefundEvent(subject, answered, from, remark);
  if (gone) return { is: 'parked', problem: problem('shop_object_gone', `order ${subject.order_id}`) };
  return {
    is: 'facts',
    creates: null,
    refs: [subject.order_id],
    facts: answered,
    ...(found.length === 0 && {
      remark: problem(
        'api_key_needed',
        'orders/edited names no product; orders/updated carries the same change, so nothing is lost if it is switched on',
      ),
    }),
  };
}

type Of<Is extends Subject['is']> = Extract<Subject, { readonly is: Is }>;

interface Found {
  readonly order: ShopOrder;
  readonly from: From;
}

/** The order as the shop answered; null when it no longer knows the order. */
function readAnswer(answer: Answer): Found | null {
  const body = object(object(answer.body)?.order);
  const order = body && readOrder(body);
  if (!order || isMissing(order)) return null;
  return { order, from: { asked: true, origin: answer.id, reader: READER } };
}

function readOrderEvent(
  subject: Of<'order'>,
  found: readonly Found[],
  answered: readonly Fact[],
  from: From,
  remark: Problem | null,
): Reading {
  const told = readOrder(subject.body);
  // An answer may come from a replica that lags behind the webhook: then the newer word counts too.
  const newest = Math.max(...found.map((it) => it.order.updated_at));
  const gid = isMissing(told) ? null : told.gid;
  const reading = { is: 'facts', creates: subject.order_id, refs: gid === null ? [] : [gid] } as const;
  if (found.length > 0 && (isMissing(told) || told.updated_at <= newest)) {
    const buyerless = !answered.some((it) => it.group === 'buyer');
    const buyer = buyerless && !isMissing(told) && told.buyer ? buyerFact(told, told.buyer, from) : [];
    return { ...reading, facts: [...answered, ...buyer] };
  }
  if (isMissing(told)) return parked(told);
  if (!told.lines && found.length === 0) return parked(told.missing);
  const partly = told.missing.length > 0 ? problem('fields_missing', told.missing.join(', ')) : null;
  const noted = remark ?? partly;
  return { ...reading, facts: [...answered, ...factsOfOrder(told, from)], ...(noted && { remark: noted }) };
}

function readRefundEvent(
  subject: Of<'refund'>,
  answered: readonly Fact[],
  from: From,
  remark: Problem | null,
): Reading {
  const refund = readRefund(subject.body);
  const reading = { is: 'facts', creates: null, refs: [subject.order_id] } as const;
  // The order's answer says this refund too, unless the shop is still catching up with itself.
  const known = !isMissing(refund) && answered.some((it) => it.kind === 'refund' && it.id === refund.id);
  if (known) return { ...reading, facts: answered };
  if (isMissing(refund)) return answered.length > 0 ? { ...reading, facts: answered } : parked(refund);
  if (!refund.units && answered.length === 0) return parked(['refund_line_items']);
  return { ...reading, facts: [...answered, ...factsOfRefund(refund, from)], ...(remark && { remark }) };
}

function parked(fields: readonly string[]): Reading {
  return { is: 'parked', problem: problem('fields_missing', fields.join(', ')) };
}
