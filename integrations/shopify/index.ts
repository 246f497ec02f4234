/**
 * The integration of Shopify: its parts put together behind the port. It stands at the shop's edge of the river.
 */
import { integration } from '../../src/core/integration.ts';
import { diagnose } from './diagnose.ts';
import { gather } from './gather.ts';
import { normalize, READER } from './normalize.ts';
import { list } from './reconcile.ts';
import { redact } from './redact.ts';
import { samples } from './samples.ts';
import { type Settings, settings } from './settings.ts';
import { EVENT_TYPES } from './topics.ts';
import { sign, verify } from './verify.ts';

export const shopify = integration<Settings>({
  name: 'shopify',
  title: 'Shopify',
  settings,
  when_keys: [
    { key: 'variant', description: 'Id of the variant, digits only', sold: true },
    { key: 'product', description: 'Id of the product, digits only', sold: true },
    { key: 'sku', description: "The line's SKU; * matches any run of characters", sold: true },
    { key: 'title', description: "The product's title at the time of the order" },
    { key: 'vendor', description: "The product's vendor" },
    {
      key: 'selling_plan',
      description: 'Id of the selling plan, digits only (webhooks of 2026-10 and later, or with admin_token)',
    },
    {
      key: 'source_name',
      description:
        'Where the order was placed: web, pos, shopify_draft_order, an app id; subscription_contract* for renewals',
    },
    { key: 'property.*', description: 'A line item property by its name, like property.Team' },
  ],
  reader: READER,
  event_types: EVENT_TYPES,
  setup: (url) => [
    'In the Shopify admin: Settings > Notifications > Webhooks > Create webhook, format JSON, newest API version.',
    `URL: ${url}`,
    'One webhook each for: Order creation, Order payment, Order update, Order cancellation, Order edit, Refund create.',
    'Copy the key shown below the list ("Your webhooks will be signed with …") into the variable that `webhook_secrets` names.',
    "With an app instead (Dev Dashboard), the secret is the app's client secret; the two are never the same.",
    'Only an app can be told of disputes (disputes/create, disputes/update), of app/uninstalled and of privacy requests.',
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
