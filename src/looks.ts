/**
 * Looks at a shop's sales without waiting for its webhooks: lists them, and says of some what the shop says now and what
 * would come of it, by the river's own steps. It stands beside walk two and stores nothing. What must never happen here:
 * a shop in trouble being asked on, or its silence taken for an answer.
 */
import type { Converge, Settled } from './converge.ts';
import { namesOf } from './core/draft.ts';
import { type Answered, type ListAsked, looked, type SalesPage } from './core/integration.ts';
import { saidBy, traceOf } from './core/observation.ts';
import type { Fetch, Log } from './core/ports.ts';
import { fail, ok, type Problem, problem, type Result } from './core/problem.ts';
import type { Seen } from './core/reconcile.ts';
import type { Source } from './core/sources.ts';
import { type Cause, type ClaimedEvent, isUnavailable } from './core/store.ts';
import { groupBySale, type Manner, type Work, workOn } from './core/work.ts';
import { type UnderstandPorts, understand } from './understand.ts';

export interface LooksPorts extends UnderstandPorts {
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  readonly converge: Converge;
  readonly log: Log;
}

export interface Looks {
  /** One page of the shop's list. */
  list(source: string, asked: Omit<ListAsked, 'mode'>): Promise<Result<SalesPage>>;
  /** What the shop says of each, and what would come of it: sale by sale, in the order of their names. Nothing is stored. */
  look(source: string, account: string, names: readonly string[]): Promise<Result<readonly Seen[]>>;
  /** Which of these the shop does not know. */
  gone(
    source: string,
    account: string,
    sales: readonly { readonly name: string; readonly bought_at: number | null }[],
  ): Promise<Result<readonly string[]>>;
}

/** What was understood of one name. */
interface Read {
  readonly name: string;
  readonly work: Work | null;
  /** Why there is none. */
  readonly problem: Problem | null;
  /** Nobody can be asked just now. */
  readonly later: boolean;
}

export function makeLooks(ports: LooksPorts): Looks {
  const { store, clock, log } = ports;

  async function open(
    name: string,
  ): Promise<Result<{ readonly source: Source; readonly settings: unknown }>> {
    const source = (await ports.sources()).get(name);
    if (!source) return fail('source_unknown', name);
    return source.settings.ok ? ok({ source, settings: source.settings.value }) : source.settings;
  }

  /** Nobody waits for it: a shop that rests is left alone. */
  async function ask<T>(
    name: string,
    question: (source: Source, settings: unknown, fetch: Fetch) => Promise<Answered<T>>,
  ): Promise<Result<T>> {
    const it = await open(name);
    if (!it.ok) return it;
    const { source, settings } = it.value;
    const asked = await ports.turns(name)(() =>
      ports.shops.ask(name, false, (fetch) => question(source, settings, fetch)),
    );
    return asked.ok ? asked : { ok: false, problem: asked.problem };
  }

  const list: Looks['list'] = (name, asked) =>
    ask(name, ({ integration, revision }, settings, fetch) =>
      integration.list({ ...asked, mode: revision.mapping.mode }, settings, { fetch, clock }),
    );

  const gone: Looks['gone'] = (name, account, sales) =>
    ask(name, ({ integration }, settings, fetch) =>
      integration.gone({ sales, account }, settings, { fetch, clock }),
    );

  async function look(
    name: string,
    account: string,
    names: readonly string[],
  ): Promise<Result<readonly Seen[]>> {
    const it = await open(name);
    if (!it.ok) return it;
    const { source } = it.value;
    const read = await Promise.all(names.map((one) => readOne(source, account, one)));
    const origins = await originsOf(source, account, read);
    const more = await Promise.all(origins.map((one) => readOne(source, account, one)));
    // What it began with comes first, as it did in the shop.
    const all = [...more, ...read];
    const works = all.flatMap(({ work }) => work ?? []);
    const sales: Seen[] = [];
    for (const work of groupBySale(works)) {
      const events = work.contributions.map(({ event }) => event.id);
      const own = all.filter((one) => one.work?.contributions.some(({ event }) => events.includes(event.id)));
      sales.push(
        await seen(
          work,
          own.map((one) => one.name),
        ),
      );
    }
    const unread = all.flatMap((one) =>
      one.work
        ? []
        : [
            {
              names: [one.name],
              whole: false,
              was: null,
              will: null,
              problem: one.problem,
              later: one.later,
            },
          ],
    );
    const place = ({ names: own }: Seen) =>
      Math.min(...own.map((one) => names.indexOf(one)).filter((n) => n >= 0));
    return ok([...sales, ...unread].sort((a, b) => place(a) - place(b)));
  }

  async function readOne(source: Source, account: string, name: string): Promise<Read> {
    const event = imaginedEvent(source.name, account, name, clock.now());
    const cause: Cause = { by: 'events', event_ids: [event.id] };
    const manner: Manner = { cause, dry_run: true, remap: false };
    try {
      const read = await understand(ports, event, source, { dry_run: true, refresh: true });
      if ('source' in read) return { name, work: workOn(read, manner), problem: null, later: false };
      const { state, problem: why } = read.end;
      return { name, work: null, problem: state === 'ignored' ? null : why, later: state === 'waiting' };
    } catch (error) {
      return { name, work: null, problem: bug(name, error), later: false };
    }
  }

  async function seen(work: Work, names: readonly string[]): Promise<Seen> {
    try {
      const whole = work.contributions.some(({ reading }) => reading.creates !== null);
      return seenIn(names, whole, await ports.converge(work));
    } catch (error) {
      return { names, whole: false, was: null, will: null, problem: bug(names.join(), error), later: false };
    }
  }

  /** One sale that cannot be read keeps no other from being looked at. */
  function bug(name: string, error: unknown): Problem {
    if (isUnavailable(error)) throw error;
    log('error', 'sale not looked at', { sale: name, error: traceOf(error) });
    return problem('bug', saidBy(error));
  }

  /** A renewal leads to the sale that it renews: one that is not known here is looked for as well. */
  async function originsOf(
    source: Source,
    account: string,
    read: readonly Read[],
  ): Promise<readonly string[]> {
    const leading = read
      .flatMap(({ work }) => work?.contributions ?? [])
      .filter((it) => it.reading.creates === null);
    const wanted: string[] = [];
    for (const contribution of leading) {
      const names = namesOf(contribution);
      const [first] = names;
      const known = await store.findOrders(source.name, account, names);
      if (first !== undefined && known.size === 0) wanted.push(first);
    }
    return [...new Set(wanted)].filter((name) => !read.some((it) => it.name === name));
  }

  return { list, look, gone };
}

function seenIn(names: readonly string[], whole: boolean, { settlement, was = null, ends }: Settled): Seen {
  const [end] = ends;
  return {
    names,
    whole,
    was,
    will: settlement,
    problem: settlement ? null : (end?.problem ?? null),
    later: false,
  };
}

/** In memory only: nobody holds it, and nothing is written of it. */
function imaginedEvent(source: string, account: string, name: string, now: number): ClaimedEvent {
  const event = looked(name, account, 'imagined');
  const untouched = { lease: '', attempts: 0, deaths: 0, refresh: 0 };
  return { ...event, ...untouched, id: `imagined/${name}`, source, received_at: now };
}
