/**
 * `keyferry mappings diff|rollback`: where the revisions of a source differ, and the way back to an earlier one. It stands
 * in front of the API. What must never happen here: a change made to another revision than the one that was looked at.
 */
import type { Difference, Paths } from '../client/index.ts';
import { type Told, told } from './asking.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { type ContentFiles, filesIn, readFiles } from './mapping-files.ts';
import { rulesOf } from './mappings.ts';
import { done, failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { counted, harmless, type Paint, type Tone } from './text.ts';

/** What a change of a mapping is answered with, made or only tried. */
export type Revised = Paths['/v1/mappings/{source}']['put']['answer'];

export interface DiffOptions extends Where {
  readonly from?: number;
  readonly to?: number;
  readonly catalog?: string;
}

/** @param file is compared with what runs; else two revisions are compared */
export async function diffMapping(
  source: string,
  file: string | undefined,
  options: DiffOptions,
  terminal: Terminal,
): Promise<Outcome> {
  if (file !== undefined) return diffFile(source, { ...options, mapping: file }, options, terminal);
  const { from, to } = options;
  const query = { from: from?.toString(), to: to?.toString() };
  return connected(options, terminal, async (connection) => {
    const call = connection.api.GET('/v1/mappings/{source}/diff', { path: { source }, query });
    const found = await told(connection, call);
    if (!found.ok) return found.outcome;
    const { value } = found;
    const then = value.from === 0 ? 'nothing' : `revision ${value.from}`;
    const head = `${value.source}: ${then} → revision ${value.to}`;
    return done(value, [head, ...changesText(value, terminal.paint)].join('\n'));
  });
}

function diffFile(source: string, files: ContentFiles, where: Where, terminal: Terminal): Promise<Outcome> {
  return withFiles(files, where, terminal, async (connection, content) => {
    const body = { ...content, dry_run: true };
    const call = connection.api.PUT('/v1/mappings/{source}', { path: { source }, body });
    const tried = await told(connection, call);
    if (!tried.ok) return filesIn(tried.outcome, files);
    const head = `${source}: what runs → ${files.mapping}`;
    return done(tried.value, [head, ...changesText(tried.value.changes, terminal.paint)].join('\n'));
  });
}

/** Files first: who mistyped one of them asks nobody. */
async function withFiles(
  files: ContentFiles,
  where: Where,
  terminal: Terminal,
  run: (
    connection: Connection,
    content: Extract<ReturnType<typeof readFiles>, { readonly content: unknown }>['content'],
  ) => Promise<Outcome>,
): Promise<Outcome> {
  const read = readFiles(files);
  if ('trouble' in read) return read.trouble;
  return connected(where, terminal, (connection) => run(connection, read.content));
}

export interface ApplyOptions extends Where {
  readonly catalog?: string;
  readonly ifRevision?: number;
  readonly note?: string;
  readonly dryRun: boolean;
}

export function applyMapping(
  source: string,
  file: string,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const { dryRun: dry_run, note, ifRevision } = options;
  const files: ContentFiles = { mapping: file, ...(options.catalog ? { catalog: options.catalog } : {}) };
  return withFiles(files, options, terminal, async (connection, content) => {
    const path = { source };
    let ifMatch = ifRevision === undefined ? undefined : versionOf(ifRevision);
    if (dry_run && ifMatch === undefined) {
      const now = await runningNow(source, connection);
      if (!now.ok && now.problem.code !== 'not_found') return now.outcome;
      if (now.ok) ifMatch = versionOf(now.value.revision);
    }
    const body = { ...content, dry_run, note };
    const put = await told(connection, connection.api.PUT('/v1/mappings/{source}', { path, body, ifMatch }));
    if (!put.ok) return filesIn(put.outcome, files);
    const { value } = put;
    const changes = changesText(value.changes, terminal.paint);
    if (!dry_run) {
      const text = `${value.source} runs by revision ${value.revision} now: ${rulesOf(value)}. What was sold stays as it is; lines that wait are looked at again.`;
      return done(value, [text, ...changes].join('\n'));
    }
    const seen =
      ifMatch === undefined
        ? ''
        : ` In place of --dry-run, --if-revision ${ifMatch.replaceAll('"', '')} lets it run as shown here, or not at all.`;
    const then = `Nothing was changed (dry run).${seen}`;
    return done(value, [...changes, then].join('\n'));
  });
}

export interface RollbackOptions extends Where {
  readonly note?: string;
  readonly keepCatalog?: true;
  readonly dryRun: boolean;
  readonly yes?: true;
}

export function rollBack(
  source: string,
  revision: number,
  options: RollbackOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const { note, keepCatalog, dryRun, yes } = options;
  const { paint } = terminal;
  return connected(options, terminal, async (connection) => {
    const now = await runningNow(source, connection);
    if (!now.ok) return now.outcome;
    const ifMatch = versionOf(now.value.revision);
    const catalog = keepCatalog ? ('now' as const) : ('then' as const);
    const go = (dry_run: boolean): Promise<Told<Revised>> => {
      const init = { path: { source }, body: { revision, catalog, note, dry_run }, ifMatch };
      return told(connection, connection.api.POST('/v1/mappings/{source}/rollback', init));
    };
    const tried = await go(true);
    if (!tried.ok) return tried.outcome;
    const changes = changesText(tried.value.changes, paint);
    const head = `${source}: revision ${now.value.revision} → the content of revision ${revision}`;
    const isSame = isNone(tried.value.changes);
    if (dryRun || isSame) {
      const text = isSame ? 'It runs by that already.' : 'Nothing was changed (dry run).';
      return done(tried.value, [head, ...(isSame ? [] : changes), text].join('\n'));
    }
    if (!yes) {
      const refused = await agreed([head, ...changes], terminal);
      if (refused) return refused;
    }
    const made = await go(false);
    if (!made.ok) return made.outcome;
    const text = `${source} runs by revision ${made.value.revision} now, with the content of revision ${revision}. What was sold stays as it is; lines that wait are looked at again.`;
    return done(made.value, [text, ...changes].join('\n'));
  });
}

async function agreed(shown: readonly string[], terminal: Terminal): Promise<Outcome | null> {
  const it = await terminal.confirm([...shown, 'Let this run?'].join('\n'));
  if (it === true) return null;
  if (it === false) return failed({ code: 'declined', title: 'Nothing was changed', detail: '', hint: '' });
  const hint = 'Look with --dry-run, and add --yes if you mean it.';
  const title = 'It changes what is sold, and there is nobody to ask';
  return failed({ code: 'usage', title, detail: '', hint }, 2);
}

function runningNow(source: string, connection: Connection) {
  return told(connection, connection.api.GET('/v1/mappings/{source}', { path: { source } }));
}

/** As the `ETag` of a mapping. */
function versionOf(revision: number): string {
  return `"${revision}"`;
}

interface Changes {
  readonly mapping: readonly Difference[];
  readonly catalog: readonly Difference[];
}

function isNone({ mapping, catalog }: Changes): boolean {
  return mapping.length + catalog.length === 0;
}

function changesText(changes: Changes, paint: Paint): string[] {
  if (isNone(changes)) return ['No differences.'];
  return (['mapping', 'catalog'] as const).flatMap((part) =>
    changes[part].length === 0
      ? []
      : [
          `  ${paint('strong', part)}  ${counted(changes[part].length, 'difference')}`,
          ...changes[part].flatMap((it) => differenceLines(it, paint)),
        ],
  );
}

const SIGNS: Readonly<Record<Difference['kind'], readonly [Tone, string]>> = {
  added: ['good', '+'],
  removed: ['bad', '-'],
  changed: ['warn', '~'],
  moved: ['warn', '↕'],
};

function differenceLines({ path, kind, before, after }: Difference, paint: Paint): string[] {
  const [tone, sign] = SIGNS[kind];
  const written = (value: unknown) => harmless(JSON.stringify(value) ?? '');
  const values =
    kind === 'added'
      ? written(after)
      : kind === 'removed'
        ? written(before)
        : `${written(before)} → ${written(after)}`;
  return [`    ${paint(tone, sign)} ${harmless(path.join(' › '))}  ${values}`];
}
