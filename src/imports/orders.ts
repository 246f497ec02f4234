/**
 * Orders of a file: each goes in as an order by hand, under the id that its rows have. A part of imports.ts. What must
 * never happen here: an order of which some rows went in.
 */
import type { OrdersByHand } from '../core/by-hand.ts';
import { findingsOf, orderOf } from '../core/import-orders.ts';
import { type Finding, finding, type ImportRow } from '../core/import-rows.ts';
import type { ImportStore } from '../core/imports.ts';
import { LIMITS } from '../core/limits.ts';
import type { Problem } from '../core/problem.ts';
import { PROBLEMS } from '../core/problems.ts';
import { accountsOf } from './accounts.ts';
import { type Carried, carried, eachInTurn, type StepOf } from './carried.ts';

export interface OrdersImportPorts {
  readonly store: ImportStore;
  readonly orders: OrdersByHand;
  /** Orders under way at once: their commits are shared. */
  readonly at_once: number;
}

export async function importOrders(
  { store, orders, at_once }: OrdersImportPorts,
  rows: readonly ImportRow[],
  step: StepOf,
): Promise<Carried> {
  const { dry_run, actor } = step;
  const findings: Finding[] = [];
  const also: number[] = [];
  const counts = { made: 0, unchanged: 0 };
  const groups = groupsOf(rows);
  const accounts = await idsOf(store, rows, step, findings);
  const refuse = (group: readonly ImportRow[], found: readonly Finding[]) => {
    findings.push(...found);
    also.push(...group.map(({ row }) => row));
  };
  await eachInTurn(groups, at_once, async (group) => {
    if (group.some(({ row }) => accounts.refused.has(row))) return refuse(group, []);
    if (group.length > LIMITS.order_items) {
      const remedy = `Give the rows behind the first ${LIMITS.order_items} another order id.`;
      const most = `has more than ${LIMITS.order_items} rows`;
      return refuse(group, [finding(group[0]?.row ?? 0, 'order', most, remedy)]);
    }
    const read = orderOf(group, accounts.ids);
    if (!('asked' in read)) return refuse(group, read);
    const done = dry_run ? await orders.foresee(read.asked) : await orders.put(read.asked, actor);
    if (!done.ok) {
      passes(done.problem);
      return refuse(group, findingsOf(group, done.problem));
    }
    const made = typeof done.value === 'string' ? done.value === 'new' : done.value.created;
    counts[made ? 'made' : 'unchanged']++;
  });
  return carried(counts, findings, also);
}

/** What is nobody's fault but passes: the whole step is tried again. */
export class TryAgain extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** @throws TryAgain */
export function passes(it: Problem): void {
  if (PROBLEMS[it.code].retry === 'later') throw new TryAgain(it);
}

/** Rows of one order id that follow each other. */
function groupsOf(rows: readonly ImportRow[]): ImportRow[][] {
  const groups: ImportRow[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last && last[0]?.cells.order === row.cells.order) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** The ids of the accounts that rows name. Rows whose account is none, or is not clear, are refused. */
export async function idsOf(
  store: ImportStore,
  rows: readonly ImportRow[],
  { dry_run, actor, now }: StepOf,
  findings: Finding[],
): Promise<{ readonly ids: ReadonlyMap<string, string | null>; readonly refused: ReadonlySet<number> }> {
  const named = rows.map(({ row, cells }) => ({ row, account: cells.account ?? null }));
  const found = await accountsOf(store, named, dry_run, actor, now);
  const refused = new Set<number>();
  for (const { row, account } of named) {
    const it = account === null ? undefined : found.get(account);
    if (!it || 'id' in it) continue;
    refused.add(row);
    findings.push(finding(row, 'account', it.message, it.remedy));
  }
  const ids = [...found].flatMap(([called, it]) => ('id' in it ? [[called, it.id] as const] : []));
  return { ids: new Map(ids), refused };
}
