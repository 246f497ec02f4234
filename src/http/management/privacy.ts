/**
 * /v1/privacy: what persons may ask by law, passed on by a shop or said by hand: their records, and to be forgotten.
 * What must never happen here: a whole shop forgotten by a call that was meant for one person.
 */
import * as z from 'zod';
import type { RequestRecord } from '../../core/privacy.ts';
import type { ExportPage } from '../../core/privacy-records.ts';
import type { IdKey } from '../../core/records.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, byId, encodeCursor, pageFields, pageOf, sliceOf } from '../page.ts';
import { word, yesNo } from '../request.ts';
import { shownCustomer, viewCustomer } from './customers.ts';
import { shownWholeEvent, viewWholeEvent } from './events.ts';
import { shownWholeOrder, viewWholeOrder } from './orders.ts';
import { gone, type Route, route } from './route.ts';

const text = z.string().nullable();
const touched = z.object({ orders: z.int(), events: z.int() });
const shownRequest = z
  .object({
    id: z.string(),
    source: z.string(),
    account: z.string(),
    kind: z.enum(['export', 'redact_customer', 'redact_shop']),
    subject: z
      .object({ orders: z.array(z.string()), customer: text, email: text })
      .describe("Whom it is about, in the shop's own names."),
    state: z.enum(['open', 'done']),
    overdue: z.boolean(),
    event_id: text.describe('What the shop passed it on with; null: said by hand.'),
    by: text.describe('Who said it by hand.'),
    touched: touched.nullable().describe('How far it got.'),
    created_at: moment,
    due_at: moment,
    done_at: moment.nullable(),
    done_by: text,
  })
  .meta({ id: 'PrivacyRequest', description: 'What a person asks by law.' });

const shownExport = z
  .object({
    made_at: moment,
    customers: z.array(shownCustomer),
    orders: z.array(shownWholeOrder.extend({ events: z.array(shownWholeEvent) })),
    requests: z.array(shownRequest),
    next_cursor: text.describe('There is more: send it as `cursor`.'),
  })
  .meta({ id: 'PrivacyExport', description: 'All that is stored about one person, in pages.' });

const shownRedacted = z.object({
  dry_run: z.boolean(),
  request: shownRequest.nullable(),
  touched: touched.describe('What was, or would be, written anew.'),
});

export function viewRequest(it: RequestRecord, now: number) {
  return {
    id: it.id,
    source: it.source,
    account: it.account,
    kind: it.kind,
    subject: it.subject,
    state: it.done_at === null ? 'open' : 'done',
    overdue: it.done_at === null && it.due_at <= now,
    event_id: it.event_id,
    by: it.by,
    touched: it.progress?.touched ?? null,
    created_at: iso(it.created_at),
    due_at: iso(it.due_at),
    done_at: iso(it.done_at),
    done_by: it.done_by,
  };
}

/** As the API shows each of them elsewhere. */
export function viewExport({ customers, orders, requests, next }: ExportPage, now: number) {
  return {
    made_at: iso(now),
    customers: customers.map(viewCustomer),
    orders: orders.map((it) => ({
      ...viewWholeOrder(it, now),
      events: it.events.map(viewWholeEvent),
    })),
    requests: requests.map((it) => viewRequest(it, now)),
    next_cursor: next === null ? null : encodeCursor(EXPORT, next),
  };
}

const LIST = byId('privacy-requests');
const EXPORT = byId('privacy-export');
const { cursor } = pageFields(EXPORT);

const email = word.regex(/@/, { error: 'is no address' }).meta({ examples: ['ada@example.com'] });
const who = {
  order: word.optional().describe('Any name of an order.'),
  customer: word.optional().describe("Keyferry's id of a customer, or the shop's."),
  email: email.optional(),
};
const source = word.describe('The name of a mapping file.');
const account = z.string().max(500).optional().describe('A connected account inside the source.');

/** What `oneOf` checks, in the words of a schema. */
function oneRequired(names: readonly string[]) {
  return { oneOf: names.map((name) => ({ required: [name] })) };
}

/** Exactly one of these: two could speak of two persons. */
function oneOf<T extends Readonly<Record<string, unknown>>>(names: readonly string[]) {
  return (it: T, context: z.RefinementCtx<T>): void => {
    const given = names.filter((name) => it[name] !== undefined);
    if (given.length === 1) return;
    const remedy = `Send one of ${names.join(', ')}.`;
    const message =
      given.length === 0 ? 'does not say whom' : `says ${given.join(' and ')}, which may differ`;
    context.addIssue({ code: 'custom', message, params: { remedy } });
  };
}

const exporting = z
  .strictObject({ ...who, source: source.optional(), account, cursor })
  .meta(oneRequired(['order', 'customer', 'email']))
  .superRefine(oneOf(['order', 'customer', 'email']));
const redacting = z
  .strictObject({
    ...who,
    source,
    account,
    shop: z.literal(true).optional().describe('Everybody who ever bought at this source, in this account.'),
    confirm: word.optional().describe('With `shop`: the name of the source once more.'),
    dry_run: z.boolean().default(false).describe('Only say what would be forgotten.'),
  })
  .meta({
    ...oneRequired(['order', 'customer', 'email', 'shop']),
    anyOf: [
      { not: { required: ['shop'] } },
      { required: ['dry_run'], properties: { dry_run: { const: true } } },
      { required: ['confirm'] },
    ],
  })
  .superRefine(oneOf(['order', 'customer', 'email', 'shop']))
  .superRefine((it, context) => {
    if (!it.shop || it.dry_run || it.confirm === it.source) return;
    const remedy = 'Send the name of the source as `confirm` if everybody at it is to be forgotten for good.';
    context.addIssue({
      code: 'custom',
      path: ['confirm'],
      message: 'does not name the source',
      params: { remedy },
    });
  });

const after = (key: IdKey | undefined): IdKey | null => key ?? null;

export const privacy: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/privacy/requests',
    scope: 'admin',
    summary: 'List privacy requests',
    description: 'Passed on by shops or said by hand, with the day by which the law wants each done.',
    query: z.strictObject({
      source: word.optional(),
      open: yesNo.optional().describe('Those that are not done, or those that are.'),
      ...pageFields(LIST),
    }),
    answers: { 200: pageOf(shownRequest) },
    handle: async ({ query }, ports) => {
      const now = ports.clock.now();
      const page = await ports.privacy.requests(query, sliceOf(query));
      return answerPage(LIST, page, (it) => viewRequest(it, now));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/privacy/requests/:id',
    scope: 'admin',
    summary: 'Read a privacy request',
    answers: { 200: shownRequest },
    problems: ['not_found'],
    handle: async ({ params, refuse }, ports) => {
      const found = await ports.privacy.request(params.id);
      return found ? answer(viewRequest(found, ports.clock.now())) : refuse(gone('no request of this id'));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/privacy/requests/:id/export',
    scope: 'admin',
    summary: 'Export what a privacy request asks for',
    name: 'exportPrivacyRequest',
    query: z.strictObject({ cursor }),
    answers: { 200: shownExport },
    problems: ['not_found'],
    handle: async ({ params, query, refuse }, ports) => {
      const page = await ports.privacy.exportFor(params.id, after(query.cursor));
      return page.ok ? answer(viewExport(page.value, ports.clock.now())) : refuse(page.problem);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/privacy/requests/:id/done',
    scope: 'admin',
    summary: 'Say that an export was handed over',
    name: 'finishPrivacyRequest',
    answers: { 200: shownRequest },
    problems: ['not_found', 'request_by_itself'],
    handle: async ({ params, holder, refuse }, ports) => {
      const done = await ports.privacy.done(params.id, holder.id);
      return done.ok ? answer(viewRequest(done.value, ports.clock.now())) : refuse(done.problem);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/privacy/exports',
    scope: 'admin',
    summary: "Export a person's records",
    name: 'exportPerson',
    description: 'All that is stored about one person: named by an order, a customer or an email address.',
    body: exporting,
    answers: { 200: shownExport },
    problems: ['not_found', 'source_unknown'],
    handle: async ({ body, refuse }, ports) => {
      const { cursor: last, ...asked } = body;
      const page = await ports.privacy.exportOf(asked, after(last));
      return page.ok ? answer(viewExport(page.value, ports.clock.now())) : refuse(page.problem);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/privacy/redactions',
    scope: 'admin',
    summary: 'Forget a person',
    name: 'redact',
    description:
      'Who bought is forgotten, for good; what was sold stays. 202: more than one call may do, the rest goes on by itself. With `shop` and `confirm` everybody who ever bought at the source.',
    body: redacting,
    answers: { 200: shownRedacted, 202: shownRedacted },
    problems: ['not_found', 'source_unknown'],
    handle: async ({ body, holder, refuse }, ports) => {
      const { confirm: _said, ...asked } = body;
      const redacted = await ports.privacy.redact(asked, holder.id);
      if (!redacted.ok) return refuse(redacted.problem);
      const { request, touched } = redacted.value;
      // What one call could not do goes on by itself.
      const left = request !== null && request.done_at === null;
      if (left) ports.notify();
      const view = request && viewRequest(request, ports.clock.now());
      return answer({ dry_run: asked.dry_run, request: view, touched }, left ? 202 : 200);
    },
  }),
];
