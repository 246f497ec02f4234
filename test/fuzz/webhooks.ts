/**
 * Sends edited samples to a whole house, works them off, and says what is wrong with what became of them. It stands
 * under the corpus and the generators alike. What must never happen here: an answer, an end or a log line that passes
 * without being looked at.
 */
import { shopify } from '../../integrations/shopify/index.ts';
import { stripe } from '../../integrations/stripe/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { type Answered, client, ENV } from '../contracts/http-house.ts';
import { digest } from '../house.ts';
import { type HttpHouse, openHttpHouse } from '../http/setup.ts';
import type { Shop } from './edits.ts';

const INTEGRATIONS = { stripe, shopify };
const SECRETS = { stripe: ENV.STRIPE_WEBHOOK_SECRET ?? '', shopify: ENV.SHOPIFY_WEBHOOK_SECRET ?? '' };

/** The last rule fits every line; the others put as much of a line as they can into its license. */
const FILES = {
  'stripe.yaml': `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules:
  - when: { metadata.product_code: "*" }
    grant:
      product: "{{line.metadata.product_code}}"
      values: { note: "{{buyer.name}} {{order.label}}", metadata: { of: "{{line.title}} × {{quantity}}" } }
  - when: {}
    grant: { product: acmepro, values: { note: "{{line.title}}", custom_fields: { team: "{{buyer.company}}" } } }
`,
  'shopify.yaml': `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
on: { refund_partial: review, refund_full: review }
rules:
  - when: { sku: "ACME-SUITE-*" }
    grant: { bundle: acmesuite }
  - when: {}
    grant: { product: acmepro, values: { note: "{{line.title}}", custom_fields: { team: "{{buyer.company}}" } } }
`,
};

export function openFuzzHouse(): Promise<HttpHouse> {
  return openHttpHouse(() => ({ max_body_bytes: LIMITS.body_bytes }), { files: FILES });
}

export interface Sent {
  readonly shop: Shop;
  readonly type: string;
  readonly body: Uint8Array;
}

/** What became of a delivery. */
export interface Became {
  readonly status: number;
  /** Of its event: `done`, or its state with the code of its problem. Null when it is no event. */
  readonly end: string | null;
  readonly order: { readonly id: string; readonly licenses: number } | null;
  /** In words; empty where all is as it should be. */
  readonly wrong: readonly string[];
}

/** What the door of webhooks may answer. */
const STATUSES = [200, 400, 401, 404, 405, 413, 503];
/** What must never become of an event, whatever it says. */
const UNDECLARED = ['bug', 'conflict_persists', 'not_stored'];

export async function send(house: HttpHouse, { shop, type, body }: Sent): Promise<Became> {
  const wrong: string[] = [];
  const must = (holds: boolean, otherwise: string) => {
    if (!holds) wrong.push(otherwise);
  };
  const logged = house.lines.length;
  const integration = INTEGRATIONS[shop];
  const headers = await integration.sign(type, body, SECRETS[shop], house.now(), digest);
  const request = { method: 'POST', headers: new Headers(latin(headers)), body: Uint8Array.from(body) };
  const answer = await house.request(`/webhooks/${shop}`, request);
  const said: Answered = await answer.json();
  must(STATUSES.includes(answer.status), `the door answered ${answer.status}`);
  const kind = answer.status === 200 ? 'application/json' : 'application/problem+json';
  must(answer.headers.get('content-type') === kind, `it is a ${answer.headers.get('content-type')}`);
  const text = new TextDecoder().decode(body);
  must(typeof integration.redact(text) === 'string', 'it cannot be redacted');
  await house.settle();
  let end: string | null = null;
  let order: Became['order'] = null;
  if (answer.status === 200) {
    const api = client(house);
    const event = await api.get(`/v1/events/${said.event}`);
    end = event.problem ? `${event.state} ${event.problem.code}` : event.state;
    must(!UNDECLARED.includes(event.problem?.code), `its event is ${end}: ${event.problem?.detail}`);
    must(['done', 'ignored', 'parked', 'waiting'].includes(event.state), `its event is ${event.state}`);
    if (event.order_id) order = await lookAt(event.order_id, must);
    const again = await api.call('POST', `/v1/events/${said.event}/replay`, {});
    const nothing = again.status === 200 && again.body.changes.length === 0;
    must(
      nothing || again.status === 422 || again.status === 409,
      `a replay answers ${JSON.stringify(again.body)}`,
    );
    const twice = await house.request(`/webhooks/${shop}`, request);
    const told: Answered = await twice.json();
    must(told.duplicate === true, 'the same bytes are another event');
  }
  for (const { level, message, fields } of house.lines.slice(logged)) {
    must(level !== 'error', `${message} ${fields.error ?? ''}`);
  }
  return { status: answer.status, end, order, wrong };

  async function lookAt(id: string, look: typeof must): Promise<Became['order']> {
    const it = await client(house).get(`/v1/orders/${id}`);
    const licenses: { state: string }[] = it.items.flatMap((item: { licenses: unknown[] }) => item.licenses);
    look(licenses.length <= LIMITS.units_per_order, `it has ${licenses.length} licenses`);
    return { id, licenses: licenses.length };
  }
}

/** Headers are bytes; a type that is none cannot be sent as it is. */
function latin(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\t\x20-\x7e]/g, '?')]),
  );
}
