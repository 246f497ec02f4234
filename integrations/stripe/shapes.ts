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
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return null;
  }
  const event = eventEnvelope.safeParse(parsed);
  if (!event.success) return null;
  const { account, context, data } = event.data;
  return { account: account ?? '', context: context ?? '', session: data.object };
}
