/**
 * What is read of a Checkout Session and of its line items; see shapes.ts. What must never happen here: an answer of
 * a buyer to a custom field that nobody needs being kept.
 */
import * as z from 'zod';
import { country, id, idOf, maybe, metadata, price, seconds } from './shapes.ts';

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
  id,
  mode: maybe(z.string()),
  status: maybe(z.string()),
  payment_status: maybe(z.string()),
  created: maybe(seconds),
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
      address: maybe(country),
    }),
  ),
  custom_fields: maybe(companyFields),
  payment_intent: maybe(
    z.union([
      id.transform((it) => ({ id: it, latest_charge: undefined })),
      z.object({ id, latest_charge: maybe(idOf) }),
    ]),
  ),
  invoice: maybe(idOf),
  subscription: maybe(idOf),
  payment_link: maybe(idOf),
  client_reference_id: maybe(z.string()),
  locale: maybe(z.string()),
  metadata: maybe(metadata),
});
export type CheckoutSession = z.output<typeof checkoutSession>;

/** What is stored of the sessions that Stripe lists for a subscription. */
export const sessions = z.object({ data: z.array(checkoutSession) });

/** A line item: https://docs.stripe.com/api/checkout/sessions/line_items */
const lineItem = z.object({
  id,
  description: maybe(z.string()),
  quantity: maybe(z.int().nonnegative()),
  metadata: maybe(metadata),
  price: maybe(price),
});
export type LineItem = z.output<typeof lineItem>;

/** What is stored of all pages of a session's line items. */
export const lineItems = z.object({ data: z.array(lineItem) });
