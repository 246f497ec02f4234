/**
 * `keyferry explain`: for each line of a sale which rule fits, which did not and why, and what it grants. Of a
 * stored event, or of a file with a body, which needs no database. It changes nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { integrations } from '../../integrations/index.ts';
import { readMappingFile, readMappings, sourceName } from '../config.ts';
import type { Catalog } from '../core/catalog.ts';
import type { ExplainedLine } from '../core/explain.ts';
import { fieldsOf, type Revision } from '../core/mapping.ts';
import { fail, ok, type Result } from '../core/problem.ts';
import { mappingsFolder, readConfiguration } from './configuration.ts';
import { explainBody } from './explain-body.ts';
import { withLedger } from './open.ts';
import { done, failed, failedBy, messageOf, type Outcome, troubleOf } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, lineName, type Paint, remedy, table, wrap } from './text.ts';

export interface ExplainOptions {
  readonly source?: string;
  readonly type?: string;
  readonly mapping?: string;
}

/** What was explained, for the head of the text. */
interface Subject {
  readonly of: string;
  readonly type: string;
  readonly source: string;
  readonly rules: string;
}

export async function explain(of: string, options: ExplainOptions, terminal: Terminal): Promise<Outcome> {
  try {
    return existsSync(of)
      ? await explainFile(of, options, terminal)
      : await explainEvent(of, options, terminal);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return failed(
      {
        code: 'usage',
        title: 'A file cannot be read',
        detail: messageOf(error),
        hint: 'Check its path and its permissions.',
      },
      2,
    );
  }
}

function explainEvent(id: string, options: ExplainOptions, terminal: Terminal): Promise<Outcome> {
  return withLedger(terminal, 'existing', async ({ store, bridge, sources }) => {
    const event = await store.readEvent(id);
    if (!event) {
      const hint =
        'An id begins with evt_; a path is read as a file with a body, and there is none of this name.';
      return failed({ code: 'not_found', title: 'No such event, and no such file', detail: id, hint });
    }
    const running = (await sources.latest()).get(event.source)?.revision;
    const draft =
      options.mapping === undefined
        ? ok(running)
        : readDraft(options.mapping, event.source, running?.catalog ?? null);
    if (!draft.ok) return failedBy(draft.problem);
    const lines = await bridge.explain(event.source, { event_id: id }, draft.value);
    if (!lines.ok) return failedBy(lines.problem);
    const rules = options.mapping ?? `revision ${running?.number ?? '?'}`;
    return explained({ of: id, type: event.type, source: event.source, rules }, lines.value, terminal);
  });
}

async function explainFile(file: string, options: ExplainOptions, terminal: Terminal): Promise<Outcome> {
  const revision =
    options.mapping === undefined
      ? fromFolder(options.source, terminal)
      : readDraft(options.mapping, options.source, null);
  if (!revision.ok) return failedBy(revision.problem);
  const read = await explainBody(readFileSync(file), options.type ?? '', revision.value, terminal.env);
  if (!read.ok) {
    const hint =
      'Is it the body of a webhook of this source? Where the type is not part of the body, add it with --type.';
    return failed({ ...troubleOf(read.problem), hint });
  }
  const { type, lines } = read.value;
  const rules =
    options.mapping ?? `${terminal.env.KEYFERRY_MAPPINGS ?? 'mappings'}/${revision.value.source}.yaml`;
  return explained({ of: file, type, source: revision.value.source, rules }, lines, terminal);
}

/** The source of the mappings folder that is meant: named, or the only one. */
function fromFolder(name: string | undefined, { env }: Terminal): Result<Revision> {
  const folder = mappingsFolder(env);
  const { sources } = readConfiguration(folder, env);
  const names = sources.map((it) => it.name).join(', ');
  const found =
    name === undefined
      ? sources.length === 1
        ? sources[0]
        : undefined
      : sources.find((it) => it.name === name);
  if (found) return readDraft(found.file, found.name, null);
  if (name === undefined) return fail('source_unknown', `say with --source which one is meant: ${names}`);
  return fail('source_unknown', `${name}; those that can be read are: ${names}`);
}

/** A mapping file and the catalog beside it as a revision, not stored; without a catalog there, the given one counts. */
function readDraft(path: string, source: string | undefined, catalog: Catalog | null): Result<Revision> {
  const written = (it: string) => ({ path: it, text: readFileSync(it, 'utf8') });
  const beside = ['catalog.yaml', 'catalog.yml']
    .map((it) => join(dirname(path), it))
    .find((it) => existsSync(it));
  const own = written(path);
  const read = beside
    ? readMappings([written(beside), own], integrations)
    : { ...readMappingFile(own, integrations, catalog), catalog };
  const mapping = 'sources' in read ? read.sources[0]?.mapping : read.mapping;
  if (read.errors.length > 0) return fail('config_invalid', path, read.errors);
  if (!mapping || !read.catalog) return fail('config_invalid', `${path}: there is no catalog.yaml beside it`);
  return ok({ id: 'draft', source: source ?? sourceName(path), number: 0, mapping, catalog: read.catalog });
}

function explained(subject: Subject, lines: readonly ExplainedLine[], { paint, width }: Terminal): Outcome {
  const document = { ...subject, lines: lines.map((it) => ({ ...it, outcome: written(it) })) };
  return done(document, explainText(subject, lines, paint, width));
}

function written({ outcome }: ExplainedLine) {
  return outcome.is === 'parked' ? { ...outcome, problem: troubleOf(outcome.problem) } : outcome;
}

export function explainText(
  subject: Subject,
  lines: readonly ExplainedLine[],
  paint: Paint,
  width: number,
): string {
  const head = `${paint('strong', subject.of)}  ${subject.type}  ${paint('dim', `${subject.source}, ${subject.rules}`)}`;
  if (lines.length === 0) return `${head}\n\nNo line of a sale is known from it.`;
  return [head, ...lines.flatMap((it) => ['', ...lineText(it, paint, width)])].join('\n');
}

function lineText(
  { title, quantity, line_id, tried, outcome }: ExplainedLine,
  paint: Paint,
  width: number,
): string[] {
  const rules = tried.map(({ rule, fits, because }): Cell[] => [
    fits ? ['good', '✓'] : ['dim', '·'],
    fits ? ['strong', rule] : rule,
    because,
  ]);
  return [
    `${paint('strong', lineName(quantity, title))}  ${paint('dim', `line ${line_id}`)}`,
    ...table(rules, paint, '  '),
    ...outcomeText(outcome, quantity, paint, width),
  ];
}

function outcomeText(
  outcome: ExplainedLine['outcome'],
  quantity: number | null,
  paint: Paint,
  width: number,
): string[] {
  if (outcome.is === 'ignored') return [`  ignored: ${outcome.reason}`];
  if (outcome.is === 'parked') {
    const { title, detail, hint } = troubleOf(outcome.problem);
    return [
      `  ${paint('warn', 'parked')}: ${title}${detail === '' ? '' : ` (${detail})`}`,
      ...remedy(hint, width, '  '),
    ];
  }
  return outcome.parts.flatMap((part) => {
    const { license_type, features, max_activations, valid_duration } = fieldsOf(part, quantity ?? 1);
    const fields = [
      license_type,
      ...(valid_duration === undefined ? [] : [valid_duration]),
      ...(max_activations === undefined ? [] : [`max_activations ${max_activations}`]),
      ...(features === undefined ? [] : [`features ${features.join(', ') || 'none'}`]),
    ];
    const per = part.per === 'unit' ? 'one license for each unit' : 'one license for the line';
    return wrap(`${part.product} ${part.policy}, ${per}: ${fields.join(', ')}`, width, '    ', '  → ');
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'path' in error;
}
