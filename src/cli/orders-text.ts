/**
 * Orders as people read them: who bought, each line with what it gives, and the keys. Pure. What must never happen
 * here: a line left out because nothing was issued for it.
 */
import type { Item, Order, WholeOrder } from '../client/index.ts';
import { problemLines } from './jobs-text.ts';
import { standing } from './licenses-text.ts';
import {
  type Cell,
  counted,
  day,
  harmless,
  lineName,
  minute,
  type Paint,
  painted,
  state,
  table,
  wrap,
} from './text.ts';
import { timelineText } from './timeline-text.ts';

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

function itemText(it: Item, paint: Paint, width: number): string[] {
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
    ...problemLines(it.problem, paint, width),
  ];
}
