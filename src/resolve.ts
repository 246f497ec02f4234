/**
 * Lines that wait, resolved by a person: for one order, which is an act on its sale, or by a new rule, which is a new
 * revision of its source's mapping. Both go down the river like everything else. What must never happen here: a rule
 * written over a revision that nobody looked at, or one that leaves the line where it was.
 */
import type { Acted, HowToAct, Person, PersonAct } from './core/acts.ts';
import { explainReading } from './core/explain.ts';
import { contextOf } from './core/grants.ts';
import { readSale } from './core/known.ts';
import { LIMITS } from './core/limits.ts';
import { type LineAct, staysParked } from './core/line-acts.ts';
import type { LineContext, Revision } from './core/mapping.ts';
import { fitsRefs, type MadeRule, placedInRequest, ruleOf } from './core/new-rule.ts';
import { linesOf } from './core/offers.ts';
import { fail, ok, problem, type Result } from './core/problem.ts';
import type { Records } from './core/records.ts';
import type { AlsoResolved, LineAt, Resolutions, ResolveAsked, Resolved } from './core/resolving.ts';
import type { Source, Sources } from './core/sources.ts';
import type { LoadedSale, Store } from './core/store.ts';
import type { LineRecord, ParkedKey, ParkedRecord } from './core/whole-records.ts';

export interface ResolvePorts {
  readonly store: Pick<Store, 'loadSale'>;
  readonly records: Pick<Records, 'line' | 'parked'>;
  /** Of the bridge. */
  readonly bridge: {
    act(orderId: string, act: PersonAct, by: Person, how?: HowToAct): Promise<Result<Acted>>;
    takeUp(orderId: string, imagined: Revision | null): Promise<Result<Acted>>;
  };
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  readonly mappings: Pick<Sources, 'draft' | 'put'>;
}

export function makeResolutions(ports: ResolvePorts): Resolutions {
  const { store, records, bridge } = ports;

  async function act(
    { order_id, line_id }: LineAt,
    asked: LineAct,
    by: Person,
    how: { readonly dry_run: boolean; readonly versions: readonly number[] | null },
  ): Promise<Result<Resolved>> {
    const acted = await bridge.act(order_id, asked, by, how);
    if (!acted.ok) return acted;
    return told({ order_id, line_id }, acted.value, how.dry_run, null);
  }

  async function told(
    { order_id, line_id }: LineAt,
    { changes, items }: Pick<Acted, 'changes' | 'items'>,
    dry_run: boolean,
    rule: Resolved['rule'],
  ): Promise<Result<Resolved>> {
    const line = await records.line(order_id, line_id);
    if (!line) return noLine({ order_id, line_id });
    const would = dry_run ? items?.find((it) => it.line_id === line_id) : undefined;
    return ok({ dry_run, changes, line: would ? after(line, would) : line, rule });
  }

  async function byRule(
    at: LineAt,
    asked: ResolveAsked,
    by: Person,
    versions: readonly number[] | null,
  ): Promise<Result<Resolved>> {
    for (let attempt = 0; attempt < LIMITS.settle_attempts; attempt++) {
      const sale = await store.loadSale(at.order_id);
      const item = sale?.items.find(({ line_id }) => line_id === at.line_id);
      if (!sale || !item) return noLine(at);
      if (versions && !versions.includes(sale.version))
        return fail('edited_meanwhile', `the version of ${sale.order_id} is ${sale.version}`);
      const source = (await ports.sources()).get(sale.source);
      if (!source) return fail('source_unknown', sale.source);
      const { revision, integration } = source;
      if (asked.revision !== undefined && asked.revision !== revision.number)
        return fail('edited_meanwhile', `the revision that runs is ${revision.number}`);
      const context = contextAt(sale, at.line_id, revision);
      const made = ruleOf(context, asked, integration.when_keys, revision);
      if (!made.ok) return made;
      const { rule, known } = made.value;
      if (item.state !== 'parked') {
        if (known && item.rule === rule.name)
          return told(at, NOTHING, asked.dry_run, { rule, revision: revision.number, also: NONE });
        return fail('line_not_parked', `it is ${item.state}${item.rule === null ? '' : ` by ${item.rule}`}`);
      }
      const due = known ? null : await dueAs(sale, at.line_id, revision);
      if (due) return fail('line_not_parked', due);
      const tried = await tryOut(sale, at.line_id, made.value, revision);
      if (!tried.ok) return tried;
      const { imagined, acted } = tried.value;
      const also = await alsoBy(made.value, imagined, at);
      if (asked.dry_run) return told(at, acted, true, { rule, revision: revision.number, also });
      const stored = known ? null : await written(source, made.value, by);
      if (stored?.ok === false) {
        // Another revision runs by now: all is looked at anew, unless a person looked at that one alone.
        if (stored.problem.code === 'edited_meanwhile' && asked.revision === undefined) continue;
        return stored;
      }
      // Should this fail, the order is due by itself.
      const taken = await bridge.takeUp(at.order_id, null);
      const number = stored ? stored.value.after.number : revision.number;
      return told(at, taken.ok ? taken.value : NOTHING, false, { rule, revision: number, also });
    }
    return fail('conflict_persists', at.order_id);
  }

  /** A rule that came meanwhile may decide the line, and the order was not looked at since: that rule was first. */
  async function dueAs(sale: LoadedSale, lineId: string, revision: Revision): Promise<string | null> {
    if (sale.revision_id === revision.id) return null;
    const acted = await bridge.takeUp(sale.order_id, revision);
    const would = acted.ok ? acted.value.items?.find(({ line_id }) => line_id === lineId) : undefined;
    if (!would || would.state === 'parked') return null;
    return `revision ${revision.number} has a rule for it: ${would.rule ?? would.state}`;
  }

  function written({ name, revision }: Source, { mapping }: MadeRule, { actor }: Person) {
    return ports.mappings.put(name, { mapping }, { actor, versions: [revision.number] });
  }

  /** The whole mapping is judged, and the sale carried down the river with it, before anything is written. */
  async function tryOut(
    sale: LoadedSale,
    lineId: string,
    { mapping, at }: MadeRule,
    { source }: Revision,
  ): Promise<Result<{ readonly imagined: Revision; readonly acted: Acted }>> {
    const imagined = await ports.mappings.draft(source, { mapping });
    if (!imagined.ok) return { ok: false, problem: placedInRequest(imagined.problem, at) };
    const acted = await bridge.takeUp(sale.order_id, imagined.value);
    if (!acted.ok) return acted;
    const would = acted.value.items?.find(({ line_id }) => line_id === lineId);
    if (!would || would.state === 'parked')
      return { ok: false, problem: would ? staysParked(would) : problem('line_stays_parked') };
    return ok({ imagined: imagined.value, acted: acted.value });
  }

  /** Which other lines of the source wait, and would fit this rule. */
  async function alsoBy({ rule }: MadeRule, imagined: Revision, not: LineAt): Promise<AlsoResolved> {
    const named: ParkedRecord[] = [];
    let count = 0;
    let tried = 0;
    let after: ParkedKey | null = null;
    do {
      const page: Awaited<ReturnType<Records['parked']>> = await records.parked(
        { source: imagined.source },
        { limit: LIMITS.page_max, after },
      );
      const others = page.items.filter((it) => it.order_id !== not.order_id || it.line_id !== not.line_id);
      for (const it of await thoseThatFit(others, rule.name, imagined)) {
        count++;
        if (named.length < LIMITS.parked_named) named.push(it);
      }
      tried += page.items.length;
      after = page.next;
    } while (after && tried < LIMITS.parked_tried);
    return { count, more: after !== null, named };
  }

  async function thoseThatFit(
    lines: readonly ParkedRecord[],
    name: string,
    imagined: Revision,
  ): Promise<readonly ParkedRecord[]> {
    const rule = imagined.mapping.rules.find((it) => it.name === name);
    const fits = new Map(lines.map((it) => [it, rule ? fitsRefs(rule, it.refs) : 'no']));
    // A line that no rule fits, and of which all is said that the new one asks for, need not be looked at.
    const isSure = (it: ParkedRecord) => fits.get(it) === 'yes' && it.problem?.code === 'unmapped';
    const doubtful = lines.filter((it) => fits.get(it) !== 'no' && !isSure(it) && !waitsOtherwise(it));
    const decided = new Set<string>();
    const orders = [...new Set(doubtful.map(({ order_id }) => order_id))];
    for (let at = 0; at < orders.length; at += LIMITS.parked_read) {
      const sales = await Promise.all(orders.slice(at, at + LIMITS.parked_read).map(store.loadSale));
      for (const sale of sales) {
        if (!sale) continue;
        const { doc, external_id, order_id } = sale;
        const known = { things: doc.things, external_id, refs: doc.refs, choices: doc.choices };
        for (const it of explainReading(null, imagined, known)) {
          if (it.rule === name && it.outcome.is !== 'parked') decided.add(`${order_id}\n${it.line_id}`);
        }
      }
    }
    return lines.filter((it) => isSure(it) || decided.has(`${it.order_id}\n${it.line_id}`));
  }

  return {
    resolve: (at, asked, by, versions) =>
      asked.as === 'rule'
        ? byRule(at, asked, by, versions)
        : act(at, { act: 'resolve', line_id: at.line_id, gives: asked.gives }, by, {
            dry_run: asked.dry_run,
            versions,
          }),
    unresolve: (at, by, how) => act(at, { act: 'unresolve', line_id: at.line_id }, by, how),
  };
}

const NONE: AlsoResolved = { count: 0, more: false, named: [] };
const NOTHING: Pick<Acted, 'changes' | 'items'> = { changes: [], items: null };

/** For what no rule brings: the sale that a renewal belongs to, or keys that were given out before. */
function waitsOtherwise({ problem: why }: ParkedRecord): boolean {
  return why?.code === 'renewal_unlinked' || why?.code === 'sold_before';
}

function noLine({ order_id, line_id }: LineAt): Result<never> {
  return fail('not_found', `${order_id} has no line ${line_id}`);
}

function after(line: LineRecord, would: NonNullable<Acted['items']>[number]): LineRecord {
  const { state, rule, reason, problem: waits } = would;
  return { ...line, state, rule, reason, problem: waits };
}

/** What rules see of the line. One that only its pin knows still has its refs. */
function contextAt(sale: LoadedSale, lineId: string, revision: Revision): LineContext {
  const { doc, external_id, items } = sale;
  const known = readSale(doc.things);
  const item = items.find(({ line_id }) => line_id === lineId);
  const line = linesOf(known).find(({ id }) => id === lineId) ?? {
    id: lineId,
    title: item?.title ?? '',
    quantity: item?.quantity ?? null,
    refs: item?.refs ?? {},
    attributes: {},
  };
  return contextOf(line, known, { external_id, refs: doc.refs, revision });
}
