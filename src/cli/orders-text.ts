/**
 * Orders as people read them: who bought, each line with what it gives, and the keys. Pure. What must never happen
 * here: a line left out because nothing was issued for it.
 */
import * as z from 'zod';
import { license, standing } from './licenses-text.ts';
import {
  type Cell,
  counted,
  day,
  harmless,
  lineName,
  minute,
  type Paint,
  painted,
  remedy,
  state,
  table,
  wrap,
} from './text.ts';
import { timeline, timelineText } from './timeline-text.ts';

const customer = z.looseObject({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  company: z.string().nullable(),
  account: z.looseObject({ id: z.string(), name: z.string() }).nullable(),
});

const item = z.looseObject({
  line_id: z.string(),
  title: z.string(),
  quantity: z.int().nullable(),
  state: z.string(),
  product: z.string().nullable(),
  policy: z.string().nullable(),
  problem: z.looseObject({ title: z.string(), detail: z.string(), hint: z.string() }).nullable(),
  reason: z.string().nullable(),
  licenses: z.array(license),
});

/** What is read of an order. */
export const order = z.looseObject({
  id: z.string(),
  source: z.string(),
  account: z.string(),
  external_id: z.string(),
  label: z.string().nullable(),
  state: z.string(),
  test: z.boolean(),
  flags: z.array(z.string()),
  customer: customer.nullable(),
  items: z.array(item),
  currency: z.string().nullable(),
  total: z.string().nullable(),
  bought_at: z.string().nullable(),
  created_at: z.string(),
});
type Order = z.output<typeof order>;

export const wholeOrder = order.extend(timeline);
type WholeOrder = z.output<typeof wholeOrder>;

export const ORDER_HEAD = ['order', 'state', 'bought', 'from', 'name, buyer'];

export function orderRow(it: Order): readonly Cell[] {
  const who = it.customer?.email ?? it.customer?.name ?? '';
  const named = [it.label ?? it.external_id, who, it.test ? 'test' : ''].filter((part) => part !== '');
  return [it.id, state(it.state), day(it.bought_at ?? it.created_at), it.source, named.join(', ')];
}

export function orderText(it: WholeOrder, paint: Paint, width: number): string {
  return [
    `${paint('strong', it.id)}  ${painted(state(it.state), paint)}${it.test ? `  ${paint('warn', 'test')}` : ''}`,
    ...table(headRows(it), paint, '  '),
    ...it.items.flatMap((one) => ['', ...itemText(one, paint, width)]),
    ...timelineText(it, paint, width),
  ].join('\n');
}

function headRows(it: WholeOrder): Cell[][] {
  const { customer: who } = it;
  const from = [it.source, it.account].filter((part) => part !== '').join(', ');
  const person = [who?.name, who?.email && `<${who.email}>`].filter(Boolean).join(' ');
  const rows: [string, string][] = [
    ['name', [it.label, it.external_id].filter(Boolean).join('  ')],
    ['from', from],
    ['bought', minute(it.bought_at ?? it.created_at)],
    ['buyer', [person || who?.id, who?.company].filter(Boolean).join(', ')],
    ['account', who?.account?.name ?? ''],
    ['total', it.total === null ? '' : `${it.total} ${it.currency ?? ''}`],
    ['flags', it.flags.join(', ')],
  ];
  return rows.filter(([, value]) => value !== '').map(([name, value]) => [['dim', name], value]);
}

function itemText(it: z.output<typeof item>, paint: Paint, width: number): string[] {
  const gives = [it.product, it.policy].filter(Boolean).join(' ');
  const keys = it.licenses.map((one): Cell[] => ['', ['strong', one.key], ...standing(one), one.id]);
  return [
    [
      paint('strong', harmless(lineName(it.quantity, it.title))),
      painted(state(it.state), paint),
      ...(gives === '' ? [] : [harmless(gives)]),
      ...(it.licenses.length > 1 ? [counted(it.licenses.length, 'license')] : []),
      paint('dim', harmless(`line ${it.line_id}`)),
    ].join('  '),
    ...table(keys, paint),
    ...(it.reason === null ? [] : wrap(harmless(it.reason), width, '  ')),
    ...(it.problem === null ? [] : problemText(it.problem, paint, width)),
  ];
}

function problemText(
  { title, detail, hint }: { readonly title: string; readonly detail: string; readonly hint: string },
  paint: Paint,
  width: number,
): string[] {
  const said = harmless(`${title}${detail === '' ? '' : `: ${detail}`}`);
  return [...wrap(said, width, '  ').map((it) => paint('warn', it)), ...remedy(hint, width, '  ')];
}
