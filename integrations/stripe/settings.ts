/**
 * What a person may write under `settings:` of a mapping whose integration is `stripe`. `$NAME` is resolved
 * before this schema sees a value. It is read by every step of this folder; no step reads the environment.
 */
import * as z from 'zod';

/** Copied secrets like to bring a line break along; Stripe's signatures would then never fit. */
const secret = z.string().check(
  z.refine((it) => it.trim() !== '', { error: 'the secret is blank', abort: true }),
  z.refine((it) => it === it.trim(), {
    error: 'the secret starts or ends with white space (a line break copied along?): remove it',
    abort: true,
  }),
  z.refine((it) => !/\p{Cc}/u.test(it), {
    error: 'the secret holds a line break or another control character: copy it again, it is one line',
  }),
);

const webhookSecrets = z
  .union([z.string(), z.array(z.string())], {
    error: 'expected a signing secret (whsec_…) or a list of them',
  })
  .transform((it) => (typeof it === 'string' ? [it] : it))
  .pipe(z.array(secret).min(1, { error: 'at least one secret is needed' }));

export const settings = z.strictObject({
  webhook_secrets: webhookSecrets.meta({
    secret: true,
    description:
      'The signing secrets of the endpoints that post here (`whsec_…`), one or a list. Any one may match: while a secret is rolled, name the old and the new one. Test and live endpoints have different secrets.',
  }),
  api_key: z
    .string()
    .regex(/^[\x21-\x7e]+$/, {
      error: 'an API key has no white space: copy it again (`rk_…`)',
    })
    .optional()
    .meta({
      secret: true,
      description:
        "A restricted, read-only key (`rk_…`) of the same account and mode. With it Keyferry asks Stripe for what a webhook leaves out: a session's line items, the invoice of a refund. Without it a one-time session counts as one line.",
    }),
  api_base: z
    .url({ protocol: /^https?$/, error: 'not an http(s) URL' })
    .refine((it) => /^https?:\/\/[^/?#@]+\/?$/i.test(it), {
      error: 'only scheme, host and port can be set here, for example http://127.0.0.1:12111',
    })
    .optional()
    .meta({
      description: "Where Stripe's API answers, for proxies and fakes. Default: https://api.stripe.com",
    }),
});

export type StripeSettings = z.output<typeof settings>;
