/**
 * What a mapping file may say under `settings` for this shop. It stands at boot, and in the editor through its
 * JSON schema. What must never happen here: a blank secret, against which anyone could forge deliveries.
 */
import * as z from 'zod';

/** The Admin API version asked by default. Shopify keeps a version for at least a year. */
export const API_VERSION = '2026-10';

const secret = z
  .string()
  .refine((it) => it.trim() !== '', { error: 'is blank' })
  .refine((it) => it.trim() === '' || it === it.trim(), {
    error: 'begins or ends with white space; copy the secret again without it',
  })
  .refine((it) => it !== it.trim() || !/\p{Cc}/u.test(it), {
    error: 'holds a line break or another control character; copy the secret again, it is one line',
  });

/** As it travels in a header: anything else would make the request fail with the token in the error's text. */
const token = z.string().regex(/^[\x21-\x7e]+$/, {
  error: 'holds white space or characters that no token has; copy it again (shpat_…)',
});

const secrets = z
  .union([secret, z.array(secret).min(1, { error: 'needs at least one secret' })], {
    error: 'must be a secret or a list of secrets',
  })
  .transform((it) => (typeof it === 'string' ? [it] : it))
  .meta({
    secret: true,
    description:
      "What deliveries are signed with; any one may match, so that a secret can be rotated. For webhooks of an app: the app's client secret. For webhooks made under Settings > Notifications > Webhooks: the key shown on that page. A list, or one alone.",
  });

export const settings = z
  .strictObject({
    webhook_secrets: secrets,
    shop_domain: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, {
        error: "must be the shop's own domain in lower case, like acme.myshopify.com",
      })
      .optional()
      .meta({
        description:
          "The shop's myshopify.com domain: the one that is asked with `admin_token`, and that deliveries should name. A signed body of another shop parks; an unsigned header of another is only remarked.",
      }),
    admin_token: token.optional().meta({
      secret: true,
      description:
        'Admin API access token with the scopes read_orders, read_products and read_customers. Optional: with it, every order is read from the shop itself after each event.',
    }),
    api_version: z
      .string()
      .regex(/^(\d{4}-(01|04|07|10)|unstable)$/, { error: `must be a version like ${API_VERSION}` })
      .default(API_VERSION)
      .meta({ description: `Version of the Admin API that is asked; ${API_VERSION} if left out.` }),
    api_base: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .transform((it) => it.replace(/\/+$/, ''))
      .optional()
      .meta({
        description:
          'Asked instead of https://<shop_domain>, for proxies and fakes, like http://127.0.0.1:12112.',
      }),
  })
  .refine((it) => !it.admin_token || it.shop_domain || it.api_base, {
    path: ['shop_domain'],
    error: 'is needed with admin_token: it says which shop to ask',
  });

export type Settings = z.output<typeof settings>;
