/**
 * `keyferry privacy`: what persons may ask by law, directly on the database, beside a running server. What must never
 * happen here: an export written over another file, or a redaction left half done without a word.
 */
import { existsSync, writeFileSync } from 'node:fs';
import type { Asked, RequestRecord, Touched } from '../core/privacy.ts';
import type { ExportPage } from '../core/privacy-records.ts';
import type { IdKey } from '../core/records.ts';
import { viewExport, viewRequest } from '../http/management/privacy.ts';
import { clock } from '../node.ts';
import { CALL } from './called.ts';
import { ACTOR, withLedger } from './open.ts';
import { done, failed, failedBy, messageOf, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, counted, type Paint, table } from './text.ts';

export interface ExportOptions extends Asked {
  readonly request?: string;
  readonly out?: string;
}

export interface RedactOptions extends Asked {
  readonly source: string;
  readonly shop?: true;
  readonly confirm?: string;
  readonly dryRun: boolean;
}

const PAGE = 200;

export function listRequests({ all }: { readonly all: boolean }, terminal: Terminal): Promise<Outcome> {
  return withLedger(terminal, 'existing', async ({ privacy }) => {
    const items: RequestRecord[] = [];
    for (let after: IdKey | null = null; ; ) {
      const page: Awaited<ReturnType<typeof privacy.requests>> = await privacy.requests(
        all ? {} : { open: true },
        { limit: PAGE, after },
      );
      items.push(...page.items);
      if (page.next === null) break;
      after = page.next;
    }
    const now = clock.now();
    return done({ items: items.map((it) => viewRequest(it, now)) }, requestsText(items, now, terminal.paint));
  });
}

export function exportRecords(options: ExportOptions, terminal: Terminal): Promise<Outcome> {
  const { request, out, source, account, order, customer, email } = options;
  return withLedger(terminal, 'existing', async ({ privacy }) => {
    if (out !== undefined && existsSync(out)) return fileExists(out);
    const pages: ExportPage[] = [];
    for (let after: IdKey | null = null; ; ) {
      const page: Awaited<ReturnType<typeof privacy.exportOf>> = request
        ? await privacy.exportFor(request, after)
        : await privacy.exportOf({ source, account, order, customer, email }, after);
      if (!page.ok) return failedBy(page.problem);
      pages.push(page.value);
      if (page.value.next === null) break;
      after = page.value.next;
    }
    const document = wholeOf(pages, clock.now());
    const { customers, orders } = document;
    const found = `${counted(customers.length, 'customer')}, ${counted(orders.length, 'order')}`;
    if (out === undefined) return done(document, '');
    try {
      // Personal: for its owner alone.
      writeFileSync(out, `${JSON.stringify(document, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      return failed({
        code: 'file_unwritable',
        title: 'The file cannot be written',
        detail: messageOf(error),
        hint: '',
      });
    }
    const next = request ? `\nOnce it is handed over: ${CALL} privacy done ${request}` : '';
    return done(document, `${found} → ${out}${next}`);
  });
}

/** The pages as one document; a customer, or an order with its further events, may be on several. */
function wholeOf(pages: readonly ExportPage[], now: number) {
  const customers = pages.flatMap((it) => it.customers);
  const orders = Map.groupBy(
    pages.flatMap((it) => it.orders),
    ({ id }) => id,
  ).values();
  const whole = viewExport(
    {
      customers: [...new Map(customers.map((it) => [it.id, it])).values()],
      orders: [...orders].flatMap((parts) => {
        const order = parts.at(-1);
        return order ? [{ ...order, events: parts.flatMap((it) => it.events) }] : [];
      }),
      requests: pages.flatMap((it) => it.requests),
      next: null,
    },
    now,
  );
  const { next_cursor: _none, ...document } = whole;
  return document;
}

export function redactPerson(options: RedactOptions, terminal: Terminal): Promise<Outcome> {
  const { source, account, order, customer, email, shop, dryRun: dry_run } = options;
  return withLedger(terminal, 'existing', async ({ privacy }) => {
    const asked = { source, account, order, customer, email, shop, dry_run };
    const begun = await privacy.redact(asked, ACTOR);
    if (!begun.ok) return failedBy(begun.problem);
    let { request } = begun.value;
    while (request && request.done_at === null) request = await privacy.goOn(request.id);
    const touched = request?.progress?.touched ?? begun.value.touched;
    const view = request && viewRequest(request, clock.now());
    return done({ dry_run, request: view, touched }, redactedText(touched, dry_run, terminal.paint));
  });
}

export function markDone(id: string, terminal: Terminal): Promise<Outcome> {
  return withLedger(terminal, 'existing', async ({ privacy }) => {
    const marked = await privacy.done(id, ACTOR);
    if (!marked.ok) return failedBy(marked.problem);
    return done(viewRequest(marked.value, clock.now()), `${id} is done.`);
  });
}

function redactedText({ orders, events }: Touched, dryRun: boolean, paint: Paint): string {
  const what = `${counted(orders, 'order')}, ${counted(events, 'stored event')}`;
  if (dryRun) return `${paint('strong', 'Would be redacted')}: ${what} (dry run: nothing was written)`;
  return `${paint('good', 'Redacted')}: ${what}. What still arrives is read without the name; licenses stay as they are.`;
}

function requestsText(all: readonly RequestRecord[], now: number, paint: Paint): string {
  if (all.length === 0) return 'Nobody waits for an answer.';
  const rows = all.map((it): Cell[] => [
    it.id,
    ['strong', it.kind],
    it.source,
    standing(it, now),
    it.kind === 'redact_shop' ? 'everybody' : whomOf(it),
  ]);
  return table(rows, paint).join('\n');
}

function standing({ done_at, due_at }: RequestRecord, now: number): Cell {
  if (done_at !== null) return ['good', `done ${day(done_at)}`];
  return due_at <= now ? ['bad', `overdue since ${day(due_at)}`] : ['warn', `due ${day(due_at)}`];
}

function whomOf({ subject: { orders, customer, email } }: RequestRecord): string {
  return [
    ...(email === null ? [] : [email]),
    ...(customer === null ? [] : [`customer ${customer}`]),
    ...(orders.length === 0 ? [] : [`${orders.length === 1 ? 'order' : 'orders'} ${orders.join(' ')}`]),
  ].join(', ');
}

function fileExists(out: string): Outcome {
  return failed({
    code: 'target_exists',
    title: 'The file exists already',
    detail: out,
    hint: 'Name a new file. Nothing was overwritten.',
  });
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
