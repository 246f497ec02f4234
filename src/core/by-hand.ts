/**
 * Orders by hand or by API: what is asked for, checked and with its defaults, and what it means as a sale. It stands
 * where a shop's integration stands for a shop; there is no door, for nobody sends anything. Pure. What must never
 * happen here: an order that reads otherwise later than on the day it was entered.
 */
import * as z from 'zod';
import { type Integration, integration, type Reading, type StoredEvent } from './integration.ts';
import { licenseFields, metadata } from './license.ts';
import { LIMITS } from './limits.ts';
import { own } from './own.ts';
import { fail, ok, problem, type Result } from './problem.ts';
import type { Records } from './records.ts';
import { mappingSchema } from './rules.ts';
import { type Fact, fact } from './sale.ts';
import type { Buyer, Line } from './things.ts';

/** The built-in source; no file and no shop may have its name. */
export const BY_HAND = 'manual';
/** It has no rules: each line says itself what it gives. A test order is asked for as one, so it issues. */
export const BY_HAND_MAPPING = mappingSchema.parse({
  integration: BY_HAND,
  mode: 'live',
  test_orders: 'issue',
});

/** No NUL and no half of a surrogate pair: a database keeps those as another letter, and two names would be one. */
export const WHOLE = /^[^\0\p{Cs}]*$/u;

const id = (what: string) =>
  z
    .string()
    .regex(/^(?=\S)[^\p{Cc}\p{Cs}]{1,200}(?<=\S)$/u, {
      error: 'is not an id: 1 to 200 letters, no blank at either end',
    })
    .meta({ description: what, examples: ['order-1001'] });
const text = z.string().trim().min(1).max(300).regex(WHOLE, { error: 'holds a letter that is none' });
export const email = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u, { error: 'is not an email address' })
  .meta({ examples: ['jo@example.com'] });

/** A customer as a person enters them. */
export const customerFields = z.strictObject({
  email: email.optional(),
  name: text.optional(),
  company: text.optional(),
  phone: text.optional(),
  reference: text.describe('Your own id of the customer.').optional(),
});
/** What `named` checks, in the words of a schema; so it is with items and orders. */
export const NAMED = { anyOf: [{ required: ['email'] }, { required: ['reference'] }] };
const customer = customerFields.meta(NAMED).superRefine(named);

/** By one of them the customer is found again. */
export function named(
  it: { readonly email?: string | undefined; readonly reference?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (it.email !== undefined || it.reference !== undefined) return;
  const params = { remedy: 'Send email or reference: by one of them the customer is found again.' };
  context.addIssue({ code: 'custom', message: 'has neither email nor reference', params });
}

const item = z
  .strictObject({
    id: id('Unique in its order; the position, from 1, if left out.').optional(),
    product: z.string().min(1).describe('A product’s code.').optional(),
    bundle: z.string().min(1).describe('A bundle’s code: each of its products.').optional(),
    policy: z.string().min(1).describe('A policy of the product; its default one if left out.').optional(),
    quantity: z.int().min(1).describe('One license for each.').default(1),
    values: licenseFields.describe('These win over the policy.').default({}),
  })
  .meta({
    anyOf: [
      { required: ['product'], properties: { bundle: false } },
      { required: ['bundle'], properties: { product: false, policy: false } },
    ],
  })
  .superRefine((it, context) => {
    const issue = (message: string, remedy: string, path: string[] = []) =>
      context.addIssue({ code: 'custom', path, message, params: { remedy } });
    const both = it.product !== undefined && it.bundle !== undefined;
    if (both) issue('names both a product and a bundle', 'Send one of them, and an item for each.');
    else if (it.product === undefined && it.bundle === undefined)
      issue('names neither a product nor a bundle', 'Send product or bundle.');
    if (it.bundle !== undefined && it.policy !== undefined)
      issue('a bundle takes no policy', 'The catalog says the policy of each of its products; send values.', [
        'policy',
      ]);
  });

/** The body of POST /v1/orders. */
export const orderAsked = z
  .strictObject({
    id: id('The order’s external id; a random one if left out.').optional(),
    customer: z.union([customer, id('The id of a customer.')]).optional(),
    account: id('The id of an account; the customer becomes one of its.').optional(),
    items: z.array(item).min(1).max(LIMITS.order_items),
    append: z.boolean().describe('Adds items to an order that is there.').default(false),
    test: z.boolean().optional(),
    note: z.string().min(1).max(2_000).describe('Shown in the order’s timeline.').optional(),
    metadata: metadata.describe('Kept with each license, under the item’s own.'),
  })
  .meta({
    anyOf: [
      { properties: { append: { const: false } } },
      { required: ['id'], properties: { items: { items: { required: ['id'] } } } },
    ],
    examples: [{ id: 'order-1001', customer: { email: 'jo@example.com' }, items: [{ product: 'acmepro' }] }],
  })
  .superRefine((it, context) => {
    const issue = (path: (string | number)[], message: string, remedy: string) =>
      context.addIssue({ code: 'custom', path, message, params: { remedy } });
    if (it.append && it.id === undefined)
      issue(['id'], 'is missing', 'Send the id of the order to append to.');
    const seen = new Set<string>();
    for (const [at, one] of it.items.entries()) {
      if (it.append && one.id === undefined)
        issue(['items', at, 'id'], 'is missing', 'Name each item: the same one again adds nothing.');
      const called = itemId(one.id, at);
      if (seen.has(called))
        issue(['items', at, 'id'], `"${called}" is already taken`, 'Give each item its own id.');
      seen.add(called);
    }
  });
export type OrderAsked = z.infer<typeof orderAsked>;

/** One item with its defaults: the same words whenever the same is asked. */
const entered = z.strictObject({
  id: z.string(),
  product: z.string().optional(),
  bundle: z.string().optional(),
  policy: z.string().optional(),
  quantity: z.int(),
  values: licenseFields,
});
export type EnteredItem = z.infer<typeof entered>;

const buyer = z.strictObject({
  email: z.string().nullable(),
  name: z.string().nullable(),
  company: z.string().nullable(),
  phone: z.string().nullable(),
  reference: z.string().nullable(),
  member_of: z.string().optional(),
});
/** As they were sent. */
const told = z.strictObject({
  email: z.string().optional(),
  name: z.string().optional(),
  company: z.string().optional(),
  phone: z.string().optional(),
  reference: z.string().optional(),
});
/** What an order was asked for. What is compared when its id comes again. */
const request = z.strictObject({
  customer: z.union([z.string(), told]).nullable(),
  account: z.string().nullable(),
  test: z.boolean(),
  note: z.string().nullable(),
  items: z.array(entered),
});
export type EnteredRequest = z.infer<typeof request>;
/** Names of what is sold, by item, as the catalog had them. */
const titles = z.record(z.string(), z.string());

const orderBody = z.strictObject({
  order: z.string(),
  request,
  buyer: buyer.nullable(),
  titles,
  /** The API key that it came with. */
  by: z.string(),
  redacted: z.literal(true).optional(),
});
const additionBody = z.strictObject({
  order: z.string(),
  addition: entered,
  note: z.string().nullable(),
  titles,
  by: z.string(),
});
const body = z.union([orderBody, additionBody]);
export type EnteredBody = z.infer<typeof body>;

export interface EnteredOrder {
  readonly order: NonNullable<Awaited<ReturnType<Records['order']>>>;
  /** It is new with this. */
  readonly created: boolean;
}

export interface PutOrder {
  readonly order_id: string;
  /** It is new with this. */
  readonly created: boolean;
}

/** `more`: the order is there and would get items. */
export type ForeseenOrder = 'new' | 'same' | 'more';

export interface OrdersByHand {
  /**
   * Resolves once its licenses are committed; asked twice, it is one order.
   * @param actor whose key it came with
   * @returns `request_invalid`, `exists_with_different_content`, `catalog_missing`
   */
  enter(asked: OrderAsked, actor: string): Promise<Result<EnteredOrder>>;
  /** As `enter`, for who enters many: the order is not read back. */
  put(asked: OrderAsked, actor: string): Promise<Result<PutOrder>>;
  /** What `enter` would do; nothing is written. */
  foresee(asked: OrderAsked): Promise<Result<ForeseenOrder>>;
}

function itemId(given: string | undefined, at: number): string {
  return given ?? String(at + 1);
}

/** The request with its defaults filled in; what all items share stands in each. */
export function requestOf({
  customer: by,
  account,
  test = false,
  note,
  items,
  metadata: all,
}: OrderAsked): EnteredRequest {
  return {
    customer: by ?? null,
    account: account ?? null,
    test,
    note: note ?? null,
    items: items.map(({ id: given, values, ...it }, at) => {
      const own = all ? { ...values, metadata: { ...all, ...values.metadata } } : values;
      return { ...it, id: itemId(given, at), values: own };
    }),
  };
}

/** @returns null for what was not entered by hand, or by a version that wrote otherwise */
export function readEntered(bytes: Uint8Array): EnteredBody | null {
  try {
    const read = body.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

function lineOf(
  { id: called, quantity, values, ...codes }: EnteredItem,
  titles: EnteredBody['titles'],
): Line {
  return {
    id: called,
    title: own(titles, called) ?? codes.product ?? codes.bundle ?? '',
    quantity,
    refs: Object.fromEntries(
      Object.entries(codes).flatMap(([key, it]) => (it === undefined ? [] : [[key, it]])),
    ),
    attributes: {},
    chosen: { ...codes, values },
  };
}

const READER = 1;
/** In the words of the sale's timeline. */
const ISSUE = 'issue by hand';

function normalize(event: StoredEvent): Reading {
  const read = readEntered(event.body);
  if (!read) return { is: 'parked', problem: problem('body_unparsable', 'it is no order by hand') };
  const stamp = event.created_at ?? event.received_at;
  const from = { stamp, asked: false, origin: event.id, reader: READER };
  const { order, by: actor } = read;
  const saidBy = (note: string | null) => ({ actor, act: ISSUE, ...(note === null ? {} : { note }) });
  if ('addition' in read) {
    const lines = [lineOf(read.addition, read.titles)];
    const facts = [fact('addition', `${order}/${read.addition.id}`, 'lines', { lines }, from)];
    return { is: 'facts', creates: null, refs: [order], facts, entered: saidBy(read.note) };
  }
  const { request: asked, titles: named } = read;
  const lines = asked.items.map((it) => lineOf(it, named));
  const standing = { state: 'complete', bought_at: stamp, test: asked.test, void_reason: null } as const;
  const facts: Fact[] = [
    fact('checkout', order, 'standing', standing, from),
    fact('checkout', order, 'money', { state: 'paid', currency: null, total: null }, from),
    fact('checkout', order, 'lines', { lines, refunds_counted: [] }, from),
    ...(read.buyer ? [fact('checkout', order, 'buyer', read.buyer satisfies Buyer, from)] : []),
  ];
  return { is: 'facts', creates: order, refs: [], facts, entered: saidBy(asked.note) };
}

/** What was sold stays, as the licenses do; who bought and what was noted of them goes. */
function redact(text: string): string {
  const read = readEntered(new TextEncoder().encode(text));
  if (!read) return text;
  if ('addition' in read) return JSON.stringify({ ...read, note: null });
  const kept = { ...read.request, customer: null, note: null };
  const whom = read.buyer && { email: null, name: null, company: null, phone: null, reference: null };
  return JSON.stringify({ ...read, request: kept, buyer: whom, redacted: true } satisfies EnteredBody);
}

/** Behind the port of a shop's integration: the river carries what is entered here as it carries all else. */
export const byHand: Integration = integration({
  name: BY_HAND,
  title: 'By hand and by API',
  settings: z.strictObject({}),
  when_keys: [],
  reader: READER,
  event_types: [],
  setup: () => [],
  verify: async () => fail('source_unknown', BY_HAND),
  diagnose: async () => null,
  gather: async () => ({ ok: true, value: [] }),
  list: async () => ok({ sales: [], next: null }),
  gone: async () => ok([]),
  normalize,
  redact,
  samples: [],
  sign: async () => ({}),
  secrets: () => [],
});
