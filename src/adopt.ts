/**
 * Takes in customers from before Keyferry: the keys that they have, and their sales, by the shop's own list. Keys wait
 * for their sales; each sale becomes an event of our own, which walk two carries like any other. What must never
 * happen here: a license written, or a sale looked for before the mapping says that older ones get no new keys.
 */
import { limited } from './core/answers.ts';
import type { Adopted, AdoptionAsked, Adoptions, GivenKeys, RefusedRow } from './core/given-keys.ts';
import { type GivenRow, judge, type Refusal } from './core/given-rows.ts';
import { looked } from './core/integration.ts';
import { LIMITS } from './core/limits.ts';
import type { Clock, Fetch } from './core/ports.ts';
import { fail, ok, type Result } from './core/problem.ts';
import type { Source } from './core/sources.ts';
import type { Inbox, Ledger } from './core/store.ts';

export interface AdoptPorts {
  readonly store: Pick<Inbox, 'addEvent'> & Pick<Ledger, 'findOrders'>;
  readonly given: GivenKeys;
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Called when there is work for walk two. */
  notify(): void;
}

export function makeAdoptions(ports: AdoptPorts): Adoptions {
  const { store, given, clock } = ports;
  const fetch = limited(ports.fetch, LIMITS.answer_bytes);

  async function adopt(asked: AdoptionAsked, actor: string): Promise<Result<Adopted>> {
    const source = (await ports.sources()).get(asked.source);
    if (!source) return fail('source_unknown', asked.source);
    const { settings } = source;
    if (asked.from !== null) {
      if (source.revision.mapping.sold_since === undefined) return fail('sold_since_missing', asked.source);
      if (!settings.ok) return settings;
    }
    // First the keys: a sale whose keys are here issues at once.
    const keys = await takeIn(asked, actor);
    const listed =
      settings.ok && asked.from !== null
        ? await look({ ...asked, from: asked.from }, source, settings.value)
        : ok(NOTHING_LISTED);
    if (!asked.dry_run) ports.notify();
    return listed.ok ? ok({ dry_run: asked.dry_run, keys, ...listed.value }) : listed;
  }

  async function takeIn(asked: AdoptionAsked, actor: string): Promise<Adopted['keys']> {
    const { keys: rows, dry_run } = asked;
    const places = new Map<string, number>();
    const refused: RefusedRow[] = [];
    let known = 0;
    let stored = 0;
    const note = (row: number, fate: 'known' | Refusal) => {
      if (fate === 'known') known++;
      else refused.push({ row, name: rows[row]?.name ?? '', ...fate });
    };
    for (const [at, row] of rows.entries()) {
      const first = places.get(row.key);
      if (first === undefined) places.set(row.key, at);
      else note(at, sameRow(row, rows[first]) ? 'known' : TWICE);
    }
    let open = [...places.values()].flatMap((at) => {
      const row = rows[at];
      return row ? [{ at, row }] : [];
    });
    for (let attempt = 0; attempt < LIMITS.settle_attempts && open.length > 0; attempt++) {
      const around = await given.around(asked, open.map(({ row }) => row)); // biome-ignore format: one call
      const fresh = open.flatMap(({ at, row }, i) => {
        const beside = around[i];
        const fate = beside ? judge(row, asked, beside) : 'new';
        if (fate !== 'new') note(at, fate);
        const sale = beside?.sale ?? null;
        return fate === 'new'
          ? [{ at, row, order_id: sale?.order_id ?? null, version: sale?.version ?? null }]
          : [];
      });
      const judged = fresh.map(({ row, order_id, version }) => ({ ...row, order_id, version }));
      const added = dry_run
        ? new Set(judged.map(({ key }) => key))
        : await given.add(asked, judged, actor, clock.now());
      stored += added.size;
      // Beside some of them something changed just then: they are judged again.
      open = fresh.filter(({ row }) => !added.has(row.key));
    }
    for (const { at } of open) note(at, RESTLESS);
    return { stored, known, refused: refused.sort((a, b) => a.row - b.row) };
  }

  /** One page of the shop's list. */
  async function look(
    { source, account, from, cursor, dry_run }: AdoptionAsked & { readonly from: number },
    { integration, revision }: Source,
    settings: unknown,
  ): Promise<Result<Listed>> {
    const { mode } = revision.mapping;
    const listed = {
      of: 'sales',
      from,
      to: null,
      mode,
      account,
      cursor,
      limit: LIMITS.listed_sales,
    } as const;
    const page = await integration.list(listed, settings, { fetch, clock });
    if (!page.ok) return page;
    const { next, remark = null } = page.value;
    const sales = page.value.sales.map(({ name }) => name);
    const found = await store.findOrders(source, account, sales);
    const unknown = sales.filter((it) => !found.has(it));
    const at = clock.now();
    const run = new Date(at).toISOString().slice(0, 10);
    const events = dry_run
      ? []
      : await Promise.all(unknown.map((it) => store.addEvent(source, looked(it, account, run), at)));
    const before = events.filter(({ duplicate }) => duplicate).length;
    const stored = unknown.length - before;
    return ok({
      sales: { listed: sales.length, known: sales.length - stored, stored },
      next_cursor: next,
      remark,
    });
  }

  return { adopt, free: given.free, drop: (id, actor) => given.drop(id, actor, clock.now()) };
}

type Listed = Pick<Adopted, 'sales' | 'next_cursor' | 'remark'>;
const NOTHING_LISTED: Listed = {
  sales: { listed: 0, known: 0, stored: 0 },
  next_cursor: null,
  remark: null,
};

function sameRow(row: GivenRow, other: GivenRow | undefined): boolean {
  return (
    other !== undefined && row.name === other.name && row.line === other.line && row.product === other.product
  );
}

const TWICE: Refusal = {
  message: 'the same key stands further up, for another sale, line or product',
  remedy: 'Keep the row of the sale that has it.',
};
const RESTLESS: Refusal = {
  message: 'its sale kept changing while the key was taken in',
  remedy: 'Send this row again.',
};
