/**
 * Stripe, as the bridge sees it: one literal that names the parts of this folder. Setting it up is described in
 * this folder's README.md. Nothing outside this folder knows Stripe.
 */
import { integration } from '../../src/core/integration.ts';
import { READER } from './answers.ts';
import { diagnose } from './diagnose.ts';
import { gather } from './gather.ts';
import { normalize } from './normalize.ts';
import { list } from './reconcile.ts';
import { redact } from './redact.ts';
import { samples } from './samples.ts';
import { settings } from './settings.ts';
import { EVENTS_TO_ENABLE } from './types.ts';
import { sign, verify } from './verify.ts';

export const stripe = integration({
  name: 'stripe',
  title: 'Stripe',
  settings,
  when_keys: [
    {
      key: 'price',
      description: 'the price id (`price_…`); of a one-time purchase it needs `api_key`',
      sold: true,
    },
    {
      key: 'product',
      description: 'the product id (`prod_…`); of a one-time purchase it needs `api_key`',
      sold: true,
    },
    {
      key: 'lookup_key',
      description: "the price's lookup key; of a one-time purchase it needs `api_key`",
      sold: true,
    },
    {
      key: 'payment_link',
      description: 'the payment link (`plink_…`) the buyer came through',
      sold: true,
    },
    { key: 'mode', description: '`payment` or `subscription`' },
    {
      key: 'metadata.*',
      description:
        'metadata of the line item or subscription item, its price, its product (`api_key`), its subscription, then of the session',
    },
  ],
  reader: READER,
  event_types: EVENTS_TO_ENABLE,
  setup: (url) => [
    'Stripe Dashboard → Developers → Webhooks → Add destination, in the mode (test or live) of this source.',
    `Events from: your account. Payload style: snapshot; or thin, if \`api_key\` is set. Endpoint URL: ${url}`,
    `Events: ${EVENTS_TO_ENABLE.join(', ')}. A thin destination calls them v1.checkout.session.… and so on. Who sells no subscriptions can leave out those of subscriptions and invoices.`,
    "Open the new destination, reveal its signing secret (whsec_…) and put it into the variable that this source's `webhook_secrets` names. The secret of `stripe listen` is another one.",
    'To tell line items apart, set `api_key` to a restricted key that may only read: see integrations/stripe/README.md.',
  ],
  verify,
  diagnose,
  gather,
  list,
  normalize,
  redact,
  samples,
  sign,
  secrets: (it) => it.webhook_secrets,
});
