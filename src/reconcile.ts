/**
 * Compares a source with its shop over a range of time, page by page, and heals what differs: each sale that the shop
 * names is looked at, and one that is not here as it is there is looked for by an event of our own, which goes down the
 * river like all others. It stands beside the river. What must never happen here: a license written by any other way,
 * or a sale passed over because its shop did not answer.
 */
import { BY_HAND } from './core/by-hand.ts';
import { type ListedSale, looked } from './core/integration.ts';
import type { JobStep, Jobs, Stepped, Worker } from './core/jobs.ts';
import { LIMITS } from './core/limits.ts';
import { saidBy, traceOf } from './core/observation.ts';
import { isTold } from './core/plan.ts';
import type { Clock, Log } from './core/ports.ts';
import { describe, fail, invalid, ok, type Problem, problem, type Result } from './core/problem.ts';
import {
  BEGINNING,
  driftOf,
  type Finding,
  type Looked,
  type OwnSales,
  parkedIn,
  plain,
  type ReconcileAsked,
  type ReconcilePosition,
  type ReconcileRequest,
  type Reconciliations,
  reconcileAsked,
  reconcilePosition,
  remembered,
  type Seen,
  statesOf,
  toldChanges,
} from './core/reconcile.ts';
import type { Source } from './core/sources.ts';
import { type Inbox, isUnavailable, type Ledger } from './core/store.ts';
import type { Looks } from './looks.ts';

export interface ReconcilePorts {
  readonly store: Pick<Inbox, 'addEvent'> & Pick<Ledger, 'findOrders'>;
  readonly own: OwnSales;
  readonly looks: Looks;
  /** Takes an event to its end. */
  readonly enter: (eventId: string) => Promise<Result<string | null>>;
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  readonly clock: Clock;
  readonly log: Log;
  /** Sales of one step; LIMITS.reconciled_sales at most. */
  readonly step_count: number;
}

const DELETED =
  'Look whether it was deleted in the shop, or whether the API key is of another account by now. Its licenses stay as they are: revoke them by hand if they should not be.';

/** What came of one sale. */
interface Outcome {
  readonly count: 'agreeing' | 'healed' | 'failed' | null;
  readonly finding: Finding | null;
}

export interface Reconciling {
  readonly worker: Worker;
  /** Whether it can be done: the source is open, and its shop can be asked. @returns what is to be done */
  check(asked: ReconcileRequest): Promise<Result<ReconcileAsked>>;
}

/** How people ask for it. */
export function makeReconciliations({
  reconciling,
  jobs,
}: {
  readonly reconciling: Reconciling;
  readonly jobs: Pick<Jobs, 'ask'>;
}): Reconciliations {
  return {
    ask: async (asked, by) => {
      const checked = await reconciling.check(asked);
      if (!checked.ok) return checked;
      const { from, to, ...it } = checked.value;
      const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      return ok(await jobs.ask({ kind: 'reconcile', asked: { ...it, ...times }, by }));
    },
  };
}

export function makeReconciling(ports: ReconcilePorts): Reconciling {
  const { store, own, looks, clock, log } = ports;
  const limit = Math.max(1, Math.min(Math.floor(ports.step_count), LIMITS.reconciled_sales));

  const check: Reconciling['check'] = async (asked) => {
    const source = (await ports.sources()).get(asked.source);
    if (!source || source.integration.name === BY_HAND) return fail('source_unknown', asked.source);
    if (!source.settings.ok) return source.settings;
    const now = clock.now();
    const range = { from: asked.from, to: Math.min(asked.to ?? now, now) };
    if (range.from >= range.to) {
      const remedy = 'Send a `from` that lies in the past and before `to`.';
      const message = 'is not before the end of the range';
      return invalid([{ file: 'request', path: 'body.from', message, remedy }]);
    }
    // Nobody is asked: whether the settings have what asking takes is known without.
    const fetch = () => Promise.reject(new Error('nobody is asked now'));
    const { mode } = source.revision.mapping;
    const first = { ...range, of: 'changes', mode, account: asked.account, cursor: null, limit: 1 } as const;
    const listed = await source.integration.list(first, source.settings.value, { fetch, clock });
    if (!listed.ok && describe(listed.problem).retry !== 'later')
      return { ok: false, problem: listed.problem };
    return ok({ ...asked, ...range });
  };

  async function step(job: JobStep): Promise<Result<Stepped>> {
    const asked = reconcileAsked.parse(job.asked);
    const position = job.position === null ? BEGINNING : reconcilePosition.parse(job.position);
    return position.phase === 'there' ? stepThere(job, asked, position) : stepHere(asked, position);
  }

  /** One page of what the shop names. */
  async function stepThere(
    job: JobStep,
    asked: ReconcileAsked,
    position: ReconcilePosition,
  ): Promise<Result<Stepped>> {
    const run = `${job.id}.${position.step}`;
    const { source, account, from, to } = asked;
    const { cursor } = position;
    const page = await looks.list(source, { of: 'changes', from, to, account, cursor, limit });
    if (!page.ok) return page;
    const { next } = page.value;
    if (next !== null && next === cursor) return fail('shop_unavailable', 'a page that leads back to itself');
    const fresh = await notYetLooked(asked, position, page.value.sales);
    const sales = await looks.look(source, account, [...fresh.keys()]);
    if (!sales.ok) return sales;
    const late = sales.value.find(({ later }) => later);
    if (late?.problem && job.failures < LIMITS.reconciled_failures)
      return { ok: false, problem: late.problem };
    const before = await doneBefore(run, asked, sales.value);
    const all: Outcome[] = [];
    const names = [...fresh.keys()];
    const known = new Set(position.looked);
    for (const it of sales.value) {
      const { whole, will } = it;
      // Looked at on a page before, by another of its names.
      if (whole && will && known.has(will.external_id)) continue;
      const outcome = await outcomeOf(run, asked, it, fresh, before);
      if (!outcome.ok) return outcome;
      all.push(outcome.value);
      const order = outcome.value.finding?.order_id ?? it.was?.order_id;
      if (whole && will) names.push(will.external_id, ...(order ? [order] : []));
    }
    const { remark } = page.value;
    const told = cursor === null && remark ? [plain({ remark })] : [];
    return ok({
      position: {
        step: position.step + 1,
        phase: next === null ? 'here' : 'there',
        cursor: next,
        looked: remembered(position.looked, names),
      },
      done: fresh.size,
      counts: countsOf(all),
      findings: [...told, ...all.flatMap(({ finding }) => (finding ? [plain(finding)] : []))],
    });
  }

  /** By name, with all that the shop listed of it; what another page named is left out. */
  async function notYetLooked(
    { source, account }: ReconcileAsked,
    position: ReconcilePosition,
    sales: readonly ListedSale[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const leading = sales.flatMap(({ name, leads }) => (leads ? [name] : []));
    const orders = await store.findOrders(source, account, leading);
    const before = new Set(position.looked);
    const fresh = new Map<string, string[]>();
    for (const { name, seen } of sales) {
      if (before.has(name) || before.has(orders.get(name) ?? '')) continue;
      fresh.set(name, [...new Set([...(fresh.get(name) ?? []), seen])]);
    }
    return fresh;
  }

  /** What this very step did before it broke off: its sales are the same here and there by now. */
  async function doneBefore(
    run: string,
    { source, account, dry_run }: ReconcileAsked,
    sales: readonly Seen[],
  ): Promise<ReadonlyMap<string, Looked>> {
    const agreeing = dry_run ? [] : sales.filter((it) => it.was !== null && driftOf(it) === null);
    const keys = new Map(
      agreeing.flatMap(({ names }) => names).map((name) => [looked(name, account, run).key, name]),
    );
    const found = await own.changedBy(source, [...keys.keys()]);
    return new Map([...found].map(([key, it]) => [keys.get(key) ?? '', it]));
  }

  async function outcomeOf(
    run: string,
    asked: ReconcileAsked,
    it: Seen,
    listed: ReadonlyMap<string, readonly string[]>,
    before: ReadonlyMap<string, Looked>,
  ): Promise<Result<Outcome>> {
    const seen = [...new Set(it.names.flatMap((name) => listed.get(name) ?? []))];
    if (it.problem) return unread(run, asked, it, it.problem, seen);
    const drift = driftOf(it);
    const done = it.names.flatMap((name) => before.get(name) ?? []);
    if (drift === null) {
      const finding = it.will && done.length > 0 ? healedBefore(it, done, seen) : null;
      return ok({ finding, count: finding ? 'healed' : it.was ? 'agreeing' : null });
    }
    const found = findingOf(it, drift, seen);
    if (asked.dry_run) return ok({ finding: found, count: null });
    const healed = await heal(run, asked, it.names);
    if (healed.ok) {
      const order_id = healed.value ?? found.order_id;
      return ok({ finding: { ...found, order_id, healed: true }, count: 'healed' });
    }
    if (describe(healed.problem).retry === 'later' && healed.problem.code !== 'bug') return healed;
    return ok({ finding: { ...found, problem: healed.problem }, count: 'failed' });
  }

  /** Nothing can be said of it: the shop does not know it, or what it says cannot be read. */
  async function unread(
    run: string,
    { source, account, dry_run }: ReconcileAsked,
    { names, later }: Seen,
    why: Problem,
    seen: readonly string[],
  ): Promise<Result<Outcome>> {
    // Of every sale it would say the same.
    if (why.code === 'api_key_refused' || why.code === 'api_key_needed') return { ok: false, problem: why };
    // What leads to no sale of ours or the shop's own is none.
    if (why.code === 'sale_unknown') return ok({ finding: null, count: null });
    const [name = ''] = names;
    // It goes on being looked for like any event whose shop does not answer.
    if (later && !dry_run) await store.addEvent(source, looked(name, account, run), clock.now());
    const order_id = (await store.findOrders(source, account, names)).get(name) ?? null;
    const isGone = why.code === 'shop_object_gone' && order_id !== null;
    const drift = isGone ? 'unknown_there' : order_id === null ? 'missing_here' : 'differing';
    const remedy = isGone ? DELETED : describe(why).hint;
    const finding = { ...NOTHING, drift, name, order_id, seen, problem: why, remedy } as const;
    return ok({ finding, count: 'failed' });
  }

  /** @returns the order's id */
  async function heal(
    run: string,
    { source, account }: ReconcileAsked,
    names: readonly string[],
  ): Promise<Result<string | null>> {
    let order: string | null = null;
    for (const name of names) {
      try {
        const stored = await store.addEvent(source, looked(name, account, run), clock.now());
        const entered = await ports.enter(stored.id);
        if (!entered.ok) return entered;
        order = entered.value;
      } catch (error) {
        if (isUnavailable(error)) throw error;
        log('error', 'sale not healed', { source, sale: name, error: traceOf(error) });
        return { ok: false, problem: problem('bug', saidBy(error)) };
      }
    }
    return ok(order);
  }

  /** One page of what is here: does the shop know it? */
  async function stepHere(asked: ReconcileAsked, position: ReconcilePosition): Promise<Result<Stepped>> {
    const { source, account } = asked;
    const page = await own.bought(asked, position.cursor, LIMITS.reconciled_orders);
    const looked = new Set(position.looked);
    const open = page.filter(({ id, external_id }) => !looked.has(id) && !looked.has(external_id));
    const sales = open.map(({ external_id: name, bought_at }) => ({ name, bought_at }));
    const gone = sales.length > 0 ? await looks.gone(source, account, sales) : ok([]);
    if (!gone.ok) return gone;
    const lost = open.filter(({ external_id }) => gone.value.includes(external_id));
    const findings = lost.map(({ id, external_id }): Finding => {
      const why = problem('shop_object_gone', external_id);
      const unknown = { drift: 'unknown_there', name: external_id, order_id: id } as const;
      return { ...NOTHING, ...unknown, problem: why, remedy: DELETED };
    });
    const last = page.length === LIMITS.reconciled_orders ? page.at(-1) : undefined;
    return ok({
      position: last
        ? { ...position, looked: [...position.looked], step: position.step + 1, cursor: last.id }
        : null,
      done: 0,
      counts: lost.length > 0 ? { unknown_there: lost.length } : {},
      findings: findings.map(plain),
    });
  }

  return { check, worker: { kind: 'reconcile', step } };
}

const NOTHING = {
  seen: [],
  changes: [],
  change_count: 0,
  states: null,
  parked: [],
  healed: false,
  problem: null,
  remedy: null,
} as const;

function findingOf(it: Seen, drift: Finding['drift'], seen: readonly string[]): Finding {
  const { was, will } = it;
  const changes = toldChanges(will?.changes ?? []);
  return {
    ...NOTHING,
    drift,
    name: will?.external_id ?? it.names[0] ?? '',
    order_id: was?.order_id ?? null,
    seen,
    changes,
    change_count: (will?.changes ?? []).filter(isTold).length,
    states: statesOf(it),
    parked: parkedIn(will?.items ?? []),
  };
}

function healedBefore(it: Seen, done: readonly Looked[], seen: readonly string[]): Finding {
  const changes = done.flatMap((one) => one.changes).filter(isTold);
  const made = done.some((one) => one.made);
  const will = it.will?.state;
  return {
    ...findingOf(it, made ? 'missing_here' : 'differing', seen),
    // How one that was here stood before is not known any more.
    states: made && will !== undefined ? { was: null, will } : null,
    changes: toldChanges(changes),
    change_count: changes.length,
    healed: true,
  };
}

/** How many of each drift, and how it went. */
function countsOf(all: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (name: string, by: number) => {
    if (by > 0) counts[name] = (counts[name] ?? 0) + by;
  };
  for (const { count, finding } of all) {
    if (count) add(count, 1);
    if (finding) add(finding.drift, 1);
    add('parked', finding?.parked.length ?? 0);
  }
  return counts;
}
