/**
 * The sources that run: the newest revision of each, with its settings looked up in the environment. What must
 * never happen here: a faulty file or request replacing a good revision, or a secret stored with one.
 */
import { BY_HAND, BY_HAND_MAPPING, byHand } from '../core/by-hand.ts';
import { type Catalog, readCatalog } from '../core/catalog.ts';
import { readMapping } from '../core/checks.ts';
import { type Fault, pathText } from '../core/faults.ts';
import type { Integration } from '../core/integration.ts';
import { same } from '../core/json.ts';
import type { Revision } from '../core/mapping.ts';
import type { Clock } from '../core/ports.ts';
import { fail, ok, type PlacedError, type Result } from '../core/problem.ts';
import type { Source, SourceStatus, Sources } from '../core/sources.ts';
import type { Revisions, StoredRevision } from '../core/store.ts';
import { nameFault, readMappings, sourceName } from './files.ts';
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
      const source = readOrBug(stored);
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
  function readOrBug(stored: StoredRevision): Result<Source> {
    try {
      return readSource(stored);
    } catch (error) {
      return fail('bug', error instanceof Error ? error.message : String(error));
    }
  }

  function readSource(stored: StoredRevision): Result<Source> {
    const read = readRevision(stored.source, stored, stored);
    if (!read.ok) return read;
    const revision = read.value;
    const integration = spokenBy(stored.source).find((it) => it.name === revision.mapping.integration);
    if (!integration)
      return fail('config_invalid', `there is no integration ${revision.mapping.integration}`);
    const gone =
      stored.source !== BY_HAND && stored.origin === 'file' && files.size > 0 && !files.has(stored.source);
    const settings = gone
      ? fail('source_closed', `its file ${stored.source}.yaml is gone from the mappings folder`)
      : resolveSettings(revision.mapping.settings, integration, env);
    return ok({ name: stored.source, integration, revision, settings });
  }

  /** Orders by hand are no shop's; no file and no request can say that they are. */
  function spokenBy(name: string): readonly Integration[] {
    return name === BY_HAND ? [byHand] : integrations;
  }

  /** Judges mapping and catalog together, whoever wrote them. */
  function readRevision(
    name: string,
    content: { readonly mapping: unknown; readonly catalog: unknown },
    of: { readonly id: string; readonly number: number },
  ): Result<Revision> {
    const { catalog, faults: catalogFaults } = readCatalog(content.catalog);
    const { mapping, faults } = readMapping(content.mapping, spokenBy(name), catalog);
    const errors = [
      ...catalogFaults.map((it) => ({ file: 'catalog', ...placed(it) })),
      ...faults.map((it) => ({ file: 'mapping', ...placed(it) })),
    ];
    if (errors.length > 0 || !catalog || !mapping) return fail('config_invalid', name, errors);
    return ok({ id: of.id, source: name, number: of.number, mapping, catalog });
  }

  async function newest(name: string): Promise<StoredRevision | undefined> {
    return (await revisions.current()).find((it) => it.source === name);
  }

  /** What a request says is sold is sold by hand, too. */
  async function sellByHand(catalog: Catalog, actor: string): Promise<void> {
    for (let attempt = 0; attempt < PUT_ATTEMPTS; attempt++) {
      const before = await newest(BY_HAND);
      if (before && same(before.catalog, catalog)) return;
      const content = { mapping: BY_HAND_MAPPING, catalog };
      const revision = { source: BY_HAND, origin: 'api' as const, ...content, created_by: actor };
      if ((await revisions.add(revision, before?.number ?? 0, clock.now())) !== 'conflict') return changed();
    }
  }

  const sources: FileSources = {
    all: async () => (await atHand()).shops,
    latest: async () => (await load()).running,
    statuses: async () => (await atHand()).statuses,

    draft: async (name, content) => {
      const fault = nameFault(name, 'source');
      if (fault) return fail('config_invalid', `${name} ${fault.message}`, [fault]);
      const before = await newest(name);
      const catalog = content.catalog ?? before?.catalog;
      if (catalog === undefined) return fail('config_invalid', `${name} is new: it needs a catalog too`);
      return readRevision(
        name,
        { mapping: content.mapping, catalog },
        { id: 'draft', number: before?.number ?? 0 },
      );
    },

    put: async (name, content, actor, versions = null) => {
      for (let attempt = 0; attempt < PUT_ATTEMPTS; attempt++) {
        const before = await newest(name);
        const number = before?.number ?? 0;
        if (versions && !versions.includes(number))
          return fail('edited_meanwhile', `the revision of ${name} that runs is ${number}`);
        const read = await sources.draft(name, content);
        if (!read.ok) return read;
        const { mapping, catalog } = read.value;
        const revision = { source: name, origin: 'api' as const, mapping, catalog, created_by: actor };
        const added = await revisions.add(revision, number, clock.now());
        if (added === 'conflict') continue;
        changed();
        if (content.catalog !== undefined) await sellByHand(catalog, actor);
        return ok(added);
      }
      return fail('conflict_persists', name);
    },

    takeFiles: async (written, writtenAt = Number.POSITIVE_INFINITY) => {
      const { catalog, sources: read, errors } = readMappings(written, integrations);
      files.clear();
      for (const { path } of written) files.add(sourceName(path));
      changed();
      const renewed: string[] = [];
      const left: string[] = [];
      const hand = { name: BY_HAND, mapping: BY_HAND_MAPPING, file: 'catalog.yaml' };
      for (const { name, mapping, file } of catalog ? [...read, hand] : []) {
        for (let attempt = 0; ; attempt++) {
          if (attempt === ATTEMPTS) {
            left.push(name);
            break;
          }
          const history = await revisions.of(name);
          const last = history.find((it) => it.origin === 'file');
          if (last && same(last.mapping, mapping) && same(last.catalog, catalog)) break;
          if (last && last.created_at > writtenAt) break;
          const revision = { source: name, origin: 'file' as const, mapping, catalog, created_by: file };
          if ((await revisions.add(revision, history[0]?.number ?? 0, clock.now())) === 'conflict') continue;
          if (name !== BY_HAND) renewed.push(name);
          changed();
          break;
        }
      }
      return { errors, changed: renewed, left };
    },
  };
  return sources;
}

function placed({ path, message, remedy }: Fault): Omit<PlacedError, 'file'> {
  return { path: pathText(path), message, remedy };
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
