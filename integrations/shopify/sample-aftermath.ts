/**
 * The bodies of what comes after a sale and is no order: a dispute, an uninstalled app, requests by law. Written for
 * Keyferry, put together by samples.ts. What must never happen here: a real person's or shop's words.
 */
import { dollars, type Id, idOf, shopTime } from './sample-bodies.ts';
import { SAMPLE_SHOP } from './shop.ts';

const SHOP: Id = 'id:70000000001';
const DAY = 86_400_000;

/** As `disputes/create` brings it. */
export function disputeBody(id: Id, order_id: Id, at: number, cents: number) {
  return {
    id,
    order_id,
    type: 'chargeback',
    amount: dollars(cents),
    currency: 'USD',
    reason: 'fraudulent',
    network_reason_code: '4837',
    status: 'needs_response',
    evidence_due_by: shopTime(at + 10 * DAY),
    evidence_sent_on: null,
    finalized_on: null,
    initiated_at: shopTime(at),
  };
}

/** The shop as `app/uninstalled` brings it. */
export function shopBody(at: number) {
  return {
    id: SHOP,
    name: 'Keyferry Sample',
    email: 'ada@example.com',
    domain: SAMPLE_SHOP,
    myshopify_domain: SAMPLE_SHOP,
    shop_owner: 'Ada Example',
    phone: null,
    address1: '12 Engine Row',
    city: 'Portland',
    country_code: 'US',
    currency: 'USD',
    iana_timezone: 'America/Los_Angeles',
    plan_name: 'basic',
    created_at: shopTime(at - 365 * DAY),
    updated_at: shopTime(at),
  };
}

/** What a privacy topic says of shop and customer; which orders, each of them says under a name of its own. */
export function requestBody(seed: string) {
  return {
    shop_id: SHOP,
    shop_domain: SAMPLE_SHOP,
    customer: {
      id: idOf(`${seed} customer`, 7_000_000_000_000n),
      email: `ada+${seed}@example.com`,
      phone: null,
    },
  };
}
