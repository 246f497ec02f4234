/**
 * /v1/privacy: what persons may ask by law, passed on by a shop or said by hand: their records, and to be forgotten.
 * What must never happen here: a whole shop forgotten by a call that was meant for one person.
 */
import * as z from 'zod';
import type { RequestRecord } from '../../core/privacy.ts';
import type { ExportPage } from '../../core/privacy-records.ts';
import type { IdKey } from '../../core/records.ts';
import { answer, iso } from '../answers.ts';
import { answerPage, byId, encodeCursor, pageFields, sliceOf } from '../page.ts';
import { nothing, readQuery, readRequest, word, yesNo } from '../request.ts';
import { viewTimeline } from './changes.ts';
import { viewCustomer } from './customers.ts';
import { viewWholeEvent } from './events.ts';
import { viewOrder } from './orders.ts';
import { notFound, param, type Route, refuse } from './route.ts';

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
      ...viewOrder(it, now),
      ...viewTimeline(it.timeline),
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
const who = { order: word.optional(), customer: word.optional(), email: email.optional() };
const source = word.describe('The name of a mapping file.');
const account = z.string().max(500).optional().describe('A connected account inside the source.');

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
  .superRefine(oneOf(['order', 'customer', 'email']));
const redacting = z
  .strictObject({
    ...who,
    source,
    account,
    shop: z.literal(true).optional().describe('Everybody who ever bought at this source, in this account.'),
    confirm: word.optional().describe('With `shop`: the name of the source once more.'),
    dry_run: z.boolean().default(false),
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
  {
    method: 'GET',
    path: '/v1/privacy/requests',
    scope: 'admin',
    handle: async (c, ports) => {
      const fields = { source: word.optional(), open: yesNo.optional(), ...pageFields(LIST) };
      const read = await readQuery(c, z.strictObject(fields));
      if (!read.ok) return refuse(c, read.problem);
      const now = ports.clock.now();
      const page = await ports.privacy.requests(read.value, sliceOf(read.value));
      return answerPage(LIST, page, (it) => viewRequest(it, now));
    },
  },
  {
    method: 'GET',
    path: '/v1/privacy/requests/:id',
    scope: 'admin',
    handle: async (c, ports) => {
      const found = await ports.privacy.request(param(c, 'id'));
      return found ? answer(viewRequest(found, ports.clock.now())) : notFound(c, 'no request of this id');
    },
  },
  {
    method: 'GET',
    path: '/v1/privacy/requests/:id/export',
    scope: 'admin',
    handle: async (c, ports) => {
      const read = await readQuery(c, z.strictObject({ cursor }));
      if (!read.ok) return refuse(c, read.problem);
      const page = await ports.privacy.exportFor(param(c, 'id'), after(read.value.cursor));
      return page.ok ? answer(viewExport(page.value, ports.clock.now())) : refuse(c, page.problem);
    },
  },
  {
    method: 'POST',
    path: '/v1/privacy/requests/:id/done',
    scope: 'admin',
    handle: async (c, ports) => {
      const read = await readRequest(c, { query: nothing, body: nothing });
      if (!read.ok) return refuse(c, read.problem);
      const done = await ports.privacy.done(param(c, 'id'), c.get('holder').id);
      return done.ok ? answer(viewRequest(done.value, ports.clock.now())) : refuse(c, done.problem);
    },
  },
  {
    method: 'POST',
    path: '/v1/privacy/exports',
    scope: 'admin',
    handle: async (c, ports) => {
      const read = await readRequest(c, { query: nothing, body: exporting });
      if (!read.ok) return refuse(c, read.problem);
      const { cursor: last, ...asked } = read.value.body;
      const page = await ports.privacy.exportOf(asked, after(last));
      return page.ok ? answer(viewExport(page.value, ports.clock.now())) : refuse(c, page.problem);
    },
  },
  {
    method: 'POST',
    path: '/v1/privacy/redactions',
    scope: 'admin',
    handle: async (c, ports) => {
      const read = await readRequest(c, { query: nothing, body: redacting });
      if (!read.ok) return refuse(c, read.problem);
      const { confirm: _said, ...asked } = read.value.body;
      const redacted = await ports.privacy.redact(asked, c.get('holder').id);
      if (!redacted.ok) return refuse(c, redacted.problem);
      const { request, touched } = redacted.value;
      // What one call could not do goes on by itself.
      const left = request !== null && request.done_at === null;
      if (left) ports.notify();
      const view = request && viewRequest(request, ports.clock.now());
      return answer({ dry_run: asked.dry_run, request: view, touched }, left ? 202 : 200);
    },
  },
];
