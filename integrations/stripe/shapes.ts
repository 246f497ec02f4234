/**
 * The few fields of Stripe's objects that this integration reads, used twice: gather keeps only these of an
 * answer (fewer personal data are stored), and normalize reads payloads and stored answers with the same
 * eyes, so parsing twice must change nothing. A field of an unexpected kind is taken as not said; it never throws.
 */
import * as z from 'zod';

/** Said, said to be null, or not said at all. */
const maybe = <T extends z.ZodType>(type: T) => type.nullish().catch(undefined);

/** An expandable field: its id, or the object itself. */
const idOf = z.union([z.string().min(1), z.object({ id: z.string().min(1) }).transform((it) => it.id)]);

const metadata = z.record(z.string(), z.unknown()).transform((it) => {
  const strings = Object.entries(it).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(strings);
});

/** Keys of a custom field in which vendors ask for the buyer's company. The other fields are not kept. */
const COMPANY_KEYS = ['company', 'companyname', 'organization', 'organisation', 'businessname'];

const companyField = z.object({
  key: z.string().refine((key) => COMPANY_KEYS.includes(key.toLowerCase().replace(/[^a-z]/g, ''))),
  text: z.object({ value: z.string() }),
});
const companyFields = z.array(z.unknown()).transform((all) =>
  all.flatMap((it) => {
    const field = companyField.safeParse(it);
    return field.success ? [field.data] : [];
  }),
);

/** A Checkout Session: https://docs.stripe.com/api/checkout/sessions/object */
export const checkoutSession = z.object({
  id: z.string().min(1),
  mode: maybe(z.string()),
  status: maybe(z.string()),
  payment_status: maybe(z.string()),
  created: maybe(z.int().nonnegative()),
  currency: maybe(z.string()),
  amount_total: maybe(z.int()),
  customer: maybe(idOf),
  customer_account: maybe(idOf),
  customer_email: maybe(z.string()),
  customer_details: maybe(
    z.object({
      email: maybe(z.string()),
      name: maybe(z.string()),
      individual_name: maybe(z.string()),
      business_name: maybe(z.string()),
      phone: maybe(z.string()),
      address: maybe(z.object({ country: maybe(z.string()) })),
    }),
  ),
  custom_fields: maybe(companyFields),
  payment_intent: maybe(
    z.union([
      z
        .string()
        .min(1)
        .transform((id) => ({ id, latest_charge: undefined })),
      z.object({ id: z.string().min(1), latest_charge: maybe(idOf) }),
    ]),
  ),
  invoice: maybe(idOf),
  payment_link: maybe(idOf),
  client_reference_id: maybe(z.string()),
  locale: maybe(z.string()),
  metadata: maybe(metadata),
});
export type CheckoutSession = z.output<typeof checkoutSession>;

const product = z.union([
  z
    .string()
    .min(1)
    .transform((id) => ({ id, name: undefined, metadata: undefined })),
  z.object({ id: z.string().min(1), name: maybe(z.string()), metadata: maybe(metadata) }),
]);

/** A line item: https://docs.stripe.com/api/checkout/sessions/line_items */
export const lineItem = z.object({
  id: z.string().min(1),
  description: maybe(z.string()),
  quantity: maybe(z.int().nonnegative()),
  metadata: maybe(metadata),
  price: maybe(
    z.object({
      id: z.string().min(1),
      lookup_key: maybe(z.string()),
      metadata: maybe(metadata),
      product: maybe(product),
    }),
  ),
});
export type LineItem = z.output<typeof lineItem>;

/** What is stored of all pages of a session's line items. */
export const lineItems = z.object({ data: z.array(lineItem) });

const eventEnvelope = z.object({
  account: maybe(z.string()),
  context: maybe(z.string()),
  data: z.object({ object: checkoutSession.extend({ object: z.literal('checkout.session').optional() }) }),
});

/** A stored body that is a snapshot event about a Checkout Session, or null. Bytes were verified before. */
export function sessionEvent(
  body: Uint8Array,
): { account: string; context: string; session: CheckoutSession } | null {
  const event = eventEnvelope.safeParse(parsed(body));
  if (!event.success) return null;
  const { account, context, data } = event.data;
  return { account: account ?? '', context: context ?? '', session: data.object };
}

/**
 * A thin event tells no more than which object to ask for. Its `url` is not read at all: where Stripe answers is a
 * setting, and what is asked follows from the type. The id goes into a path, so it must be a plain one.
 */
const thinEnvelope = z.object({
  object: z.literal('v2.core.event'),
  context: maybe(z.string()),
  related_object: z.object({
    type: z.literal('checkout.session'),
    id: z.string().regex(/^cs_[A-Za-z0-9_]{1,250}$/),
  }),
});

/** A stored body that is a thin event about a Checkout Session, or null. */
export function thinEvent(body: Uint8Array): { context: string; session_id: string } | null {
  const event = thinEnvelope.safeParse(parsed(body));
  if (!event.success) return null;
  const { context, related_object } = event.data;
  return { context: context ?? '', session_id: related_object.id };
}

/** `v1.checkout.session.completed` is the thin twin of `checkout.session.completed`: the same thing happened. */
export function typeOf(written: string): { readonly thin: boolean; readonly type: string } {
  return written.startsWith('v1.')
    ? { thin: true, type: written.slice('v1.'.length) }
    : { thin: false, type: written };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return null;
  }
}
