/**
 * The sources that run: the newest revision of each, with its settings looked up in the environment. What must
 * never happen here: a faulty file or request replacing a good revision, or a secret stored with one.
 */
import { type AuditEntry, isEdited } from '../core/audit.ts';
import { BY_HAND, BY_HAND_MAPPING } from '../core/by-hand.ts';
import type { Catalogs } from '../core/catalogs.ts';
import type { Integration } from '../core/integration.ts';
import { same } from '../core/json.ts';
import type { Clock } from '../core/ports.ts';
import { fail, ok, type PlacedError, type Result } from '../core/problem.ts';
import type { NextRevision, Revisions, Sold, StoredRevision } from '../core/revisions.ts';
import type { Revised, Source, SourceStatus, Sources, Trying } from '../core/sources.ts';
import { makeCatalogs } from './catalogs.ts';
import { nameFault, readMappings, sourceName } from './files.ts';
import { type Content, readRevision, spokenBy } from './read-revision.ts';
import { type Env, resolveSettings } from './settings.ts';
import type { WrittenFile } from './yaml.ts';

export interface SourcesPorts {
  readonly revisions: Revisions;
  readonly integrations: readonly Integration[];
  readonly env: Env;
  readonly clock: Clock;
  /** Outlives this one, where a door makes a house for each of its calls. */
  readonly memory?: SourcesMemory;
  /** How old what `all` says may be, in ms: where asking whether it changed is a way to a server. 0 if left out. */
  readonly fresh_ms?: number;
}

/** What was read so far: plain values and no promise, so that whoever comes next may take it from any call. */
export interface SourcesMemory {
  /** The names of the files that were taken. */
  readonly files: Set<string>;
  /** How often something was changed from here: a look that began before does not know of it. */
  changes: number;
  loaded: {
    readonly stamp: number;
    /** When the database was asked. */
    readonly at: number;
    readonly running: ReadonlyMap<string, Source>;
    /** Of these, those that have a door. */
    readonly shops: ReadonlyMap<string, Source>;
    readonly statuses: readonly SourceStatus[];
  } | null;
}

export function emptyMemory(): SourcesMemory {
  return { files: new Set(), changes: 0, loaded: null };
}

export interface TakenFiles {
  readonly errors: readonly PlacedError[];
  /** The sources that got a new revision from their file. */
  readonly changed: readonly string[];
  /** Sources that others kept changing at the same time: their files are to be taken again. */
  readonly left: readonly string[];
}

export interface FileSources extends Sources {
  /** What is sold, by hand; the same for every source that has no catalog of its own. */
  readonly catalogs: Catalogs;
  /** As `all`, with the one of orders by hand, and always as the database says now. */
  latest(): Promise<ReadonlyMap<string, Source>>;
  /**
   * Makes a new revision of each file whose content differs from the last one taken from it.
   * @param writtenAt since when the files are as they are, epoch ms; what others took from files later stays
   */
  takeFiles(files: readonly WrittenFile[], writtenAt?: number): Promise<TakenFiles>;
}

/** How often others may come first before a file is left for the next time. */
const ATTEMPTS = 5;
/** The same for a request, which has nobody who tries again. */
const PUT_ATTEMPTS = 20;

export function makeSources(ports: SourcesPorts): FileSources {
  const { revisions, integrations, env, clock, memory = emptyMemory(), fresh_ms = 0 } = ports;
  const { files } = memory;

  /** What this process adds itself is seen at once, however fresh the last look is. */
  async function atHand() {
    const { loaded } = memory;
    const age = loaded && fresh_ms > 0 ? clock.now() - loaded.at : fresh_ms;
    return loaded && age >= 0 && age < fresh_ms ? loaded : load();
  }

  async function load() {
    const at = fresh_ms > 0 ? clock.now() : 0;
    const { changes } = memory;
    const stamp = await revisions.stamp();
    if (memory.loaded?.stamp === stamp) {
      memory.loaded = { ...memory.loaded, at };
      return memory.loaded;
    }
    const running = new Map<string, Source>();
    const statuses: SourceStatus[] = [];
    for (const stored of await revisions.current()) {
      const source = readOrBug(stored, await isGone(stored));
      if (source.ok) running.set(stored.source, source.value);
      if (stored.source === BY_HAND) continue;
      statuses.push(statusOf(stored, source));
    }
    const shops = new Map([...running].filter(([name]) => name !== BY_HAND));
    const loaded = { stamp, at, running, shops, statuses };
    if (memory.changes === changes) memory.loaded = loaded;
    return loaded;
  }

  function changed(): void {
    memory.changes++;
    memory.loaded = null;
  }

  /** What fails in reading one source keeps that one from running, and no other. */
  function readOrBug(stored: StoredRevision, gone: boolean): Result<Source> {
    try {
      return readSource(stored, gone);
    } catch (error) {
      return fail('bug', error instanceof Error ? error.message : String(error));
    }
  }

  function readSource(stored: StoredRevision, gone: boolean): Result<Source> {
    const read = readRevision(stored.source, stored, stored, integrations);
    if (!read.ok) return read;
    const revision = read.value;
    const integration = spokenBy(stored.source, integrations).find(
      (it) => it.name === revision.mapping.integration,
    );
    if (!integration)
      return fail('config_invalid', `there is no integration ${revision.mapping.integration}`);
    const settings = gone
      ? fail('source_closed', `its file ${stored.source}.yaml is gone from the mappings folder`)
      : resolveSettings(revision.mapping.settings, integration, env);
    return ok({ name: stored.source, integration, revision, settings });
  }

  /** A mapping that came from a file is taken away with it, whatever catalog it got since. */
  async function isGone({ source, origin }: StoredRevision): Promise<boolean> {
    if (source === BY_HAND || files.size === 0 || files.has(source)) return false;
    if (origin !== 'catalog') return origin === 'file';
    return (await revisions.newest(source, ['file', 'api']))?.origin === 'file';
  }

  async function newest(name: string): Promise<StoredRevision | undefined> {
    return (await revisions.newest(name)) ?? undefined;
  }

  /** The one way to add revisions. */
  async function revise(all: readonly NextRevision[], audit: readonly AuditEntry[], unsold?: Sold) {
    const added = await revisions.add(all, clock.now(), audit, unsold);
    if (added !== 'conflict') changed();
    return added;
  }

  /** A database from before there were orders by hand may have catalogs that were sent, and none for these. */
  async function settled(): Promise<Awaited<ReturnType<typeof load>>> {
    const loaded = await load();
    if (loaded.running.has(BY_HAND) || loaded.running.size === 0) return loaded;
    const all = await revisions.current();
    if (all.some(({ source }) => source === BY_HAND)) return loaded;
    const sold = all
      .filter(({ source }) => loaded.running.has(source))
      .reduce((last, it) => (it.created_at > last.created_at ? it : last));
    const { catalog, created_by, origin } = sold;
    // Of several that are here at once, one does it.
    await revise([{ source: BY_HAND, origin, mapping: BY_HAND_MAPPING, catalog, created_by, after: 0 }], []);
    return load();
  }

  const next = (source: string, content: Content, actor: string, after: number): NextRevision => {
    const { mapping, catalog } = content;
    return { source, origin: 'api', mapping, catalog, created_by: actor, after };
  };
  const entry = (act: 'put' | 'rollback', { source, after }: NextRevision, by: Trying): AuditEntry => ({
    actor: by.actor,
    action: `mapping.${act}`,
    subject: source,
    before: after === 0 ? null : { revision: after },
    after: { revision: after + 1 },
    note: by.note,
  });

  /**
   * What runs instead of a file's own words where only its mapping is new: the catalog stays that of the source, or for a
   * new one what is sold. @returns null where that is the file's, or does not fit its rules
   */
  async function keptCatalog(
    content: NextRevision,
    before: StoredRevision | null,
  ): Promise<NextRevision | null> {
    const { source, mapping } = content;
    const catalog = (before ?? (await revisions.newest(BY_HAND)))?.catalog;
    if (catalog === undefined || same(catalog, content.catalog)) return null;
    const read = readRevision(source, { mapping, catalog }, { id: 'draft', number: 0 }, integrations);
    if (!read.ok) return null;
    return { ...content, origin: 'catalog', catalog: read.value.catalog, after: content.after + 1 };
  }

  /** As it would be stored. */
  function drafted({ after, ...it }: NextRevision): StoredRevision {
    return { ...it, id: 'draft', number: after + 1, created_at: clock.now() };
  }

  /**
   * Reads, judges and writes, anew whenever somebody was first.
   * @param content what the next revision is to hold; null: what runs already
   */
  async function replace(
    act: 'put' | 'rollback',
    name: string,
    by: Trying,
    content: (
      before: StoredRevision | null,
    ) => Promise<Result<(Content & { readonly sells: boolean }) | null>>,
  ): Promise<Result<Revised>> {
    for (let attempt = 0; attempt < PUT_ATTEMPTS; attempt++) {
      const before = await revisions.newest(name);
      const number = before?.number ?? 0;
      if (isEdited(by, number)) return fail('edited_meanwhile', `${name} is at "${number}" now`);
      const made = await content(before);
      if (!made.ok) return made;
      if (!made.value) {
        if (before) return ok({ before, after: before });
        throw new Error(`${name} is to stay what it is, and is not there`);
      }
      const wanted = next(name, made.value, by.actor, number);
      if (by.dry_run) return ok({ before, after: drafted(wanted) });
      // What a request says is sold is sold by hand, too.
      const hand = made.value.sells ? await revisions.newest(BY_HAND) : null;
      const sold = made.value.sells && !(hand && same(hand.catalog, wanted.catalog));
      const { catalog } = wanted;
      const also = next(BY_HAND, { mapping: BY_HAND_MAPPING, catalog }, by.actor, hand?.number ?? 0);
      const added = await revise(sold ? [wanted, also] : [wanted], [entry(act, wanted, by)]);
      if (added === 'conflict') continue;
      return ok({ before, after: added[0] ?? drafted(wanted) });
    }
    return fail('conflict_persists', name);
  }

  /** The catalog of `manual` is what is sold: whoever has it with them goes along. */
  async function rollBackAll(then: StoredRevision | null, by: Trying): Promise<Result<Revised>> {
    const before = await revisions.newest(BY_HAND);
    const content = (then ?? before)?.catalog;
    const done = await catalogs.edit({ is: 'replace', content }, by);
    if (!done.ok) return done;
    const { catalog, number } = done.value;
    const after = by.dry_run
      ? drafted(next(BY_HAND, { mapping: BY_HAND_MAPPING, catalog }, by.actor, number - 1))
      : await revisions.numbered(BY_HAND, number);
    return after ? ok({ before, after }) : fail('not_found', BY_HAND);
  }

  const catalogs = makeCatalogs({ revisions, revise, settled, integrations });

  const sources: FileSources = {
    all: async () => (await atHand()).shops,
    catalogs,
    latest: async () => (await settled()).running,
    statuses: async () => (await atHand()).statuses,

    draft: async (name, content) => {
      const fault = nameFault(name, 'source');
      if (fault) return fail('config_invalid', `${name} ${fault.message}`, [fault]);
      const before = await newest(name);
      // A source that is new sells what all others do.
      const catalog = content.catalog ?? before?.catalog ?? (await newest(BY_HAND))?.catalog;
      if (catalog === undefined) return fail('config_invalid', `${name} is new: it needs a catalog too`);
      const of = { id: 'draft', number: before?.number ?? 0 };
      return readRevision(name, { mapping: content.mapping, catalog }, of, integrations);
    },

    put: (name, content, by) =>
      replace('put', name, by, async () => {
        const read = await sources.draft(name, content);
        if (!read.ok) return read;
        const { mapping, catalog } = read.value;
        return ok({ mapping, catalog, sells: content.catalog !== undefined });
      }),

    rollBack: async (name, to, by) => {
      const then = await revisions.numbered(name, to.revision);
      if (!then) return fail('not_found', `${name} has no revision ${to.revision}`);
      if (name === BY_HAND) return rollBackAll(to.catalog === 'now' ? null : then, by);
      return replace('rollback', name, by, async (before) => {
        const now = to.catalog === 'now' ? await revisions.newest(BY_HAND) : null;
        const content = { mapping: then.mapping, catalog: now?.catalog ?? then.catalog };
        // By the rules of today: what an earlier version took may be refused.
        const read = readRevision(name, content, { id: 'draft', number: to.revision }, integrations);
        if (!read.ok) return read;
        const { mapping, catalog } = read.value;
        const is = before && same(before.mapping, mapping) && same(before.catalog, catalog);
        return ok(is ? null : { mapping, catalog, sells: false });
      });
    },

    takeFiles: async (written, writtenAt = Number.POSITIVE_INFINITY) => {
      const { catalog, sources: read, errors } = readMappings(written, integrations);
      files.clear();
      for (const { path } of written) files.add(sourceName(path));
      changed();
      const renewed: string[] = [];
      const left: string[] = [];
      const sold = await revisions.newest(BY_HAND, ['file']);
      const hand = { name: BY_HAND, mapping: BY_HAND_MAPPING, file: 'catalog.yaml' };
      for (const { name, mapping, file } of catalog ? [...read, hand] : []) {
        for (let attempt = 0; ; attempt++) {
          if (attempt === ATTEMPTS) {
            left.push(name);
            break;
          }
          const [last, before] = await Promise.all([
            revisions.newest(name, ['file']),
            revisions.newest(name),
          ]);
          if (last && same(last.mapping, mapping) && same(last.catalog, catalog)) break;
          if (last && last.created_at > writtenAt) break;
          const content: NextRevision = {
            ...next(name, { mapping, catalog }, file, before?.number ?? 0),
            origin: 'file',
          };
          // A catalog file that is as it was last taken takes nothing back that was made by hand since.
          const since = sold && same(sold.catalog, catalog) ? await keptCatalog(content, before) : null;
          const now = [content, ...(since === null ? [] : [since])];
          const by = { actor: file, versions: null };
          if ((await revise(now, [entry('put', content, by)])) === 'conflict') continue;
          if (name !== BY_HAND) renewed.push(name);
          break;
        }
      }
      return { errors, changed: renewed, left };
    },
  };
  return sources;
}

function statusOf(stored: StoredRevision, source: Result<Source>): SourceStatus {
  const base = { name: stored.source, revision: stored.number, webhook_path: `/webhooks/${stored.source}` };
  if (!source.ok)
    return { ...base, integration: 'unknown', mode: 'live', open: false, problem: source.problem };
  const { integration, revision, settings } = source.value;
  return {
    ...base,
    integration: integration.name,
    mode: revision.mapping.mode,
    open: settings.ok,
    problem: settings.ok ? null : settings.problem,
  };
}
