/**
 * `keyferry parked`: lines that wait for a rule or a person, and what a person lets them give. It stands in front of the
 * API. What must never happen here: a rule written by somebody who meant one order.
 */
import type { ParkedLine, Paths, Resolution } from '../client/index.ts';
import { type ListOptions, listed, told } from './asking.ts';
import { connected, type Where } from './connect.ts';
import { done, failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, counted, day, harmless, lineName, type Paint, painted, state } from './text.ts';
import { changesTable } from './timeline-text.ts';

export function listParked(
  options: { readonly source?: string } & ListOptions & Where,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (slice) => connection.api.GET('/v1/parked', { query: { source: options.source, ...slice } }),
      head: ['line', 'since', 'from', 'title, why'],
      row: parkedRow,
      none: 'No line waits.',
    }),
  );
}

function parkedRow(it: ParkedLine): readonly Cell[] {
  const why = it.problem ? `, ${it.problem.code}` : '';
  return [it.id, day(it.since), it.source, `${lineName(it.quantity, it.title)}${why}`];
}

type Body = Paths['/v1/parked/{id}/resolve']['post']['body'];

export interface ResolveOptions extends Where {
  readonly product?: string;
  readonly bundle?: string;
  readonly policy?: string;
  readonly per?: 'unit' | 'line';
  readonly values?: string;
  readonly ignore?: string;
  readonly rule?: true;
  readonly when?: readonly string[];
  readonly note?: string;
  readonly dryRun: boolean;
}

export async function resolveParked(
  id: string,
  options: ResolveOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const asked = bodyOf(options);
  if ('trouble' in asked) return asked.trouble;
  return connected(options, terminal, async (connection) => {
    const call = connection.api.POST('/v1/parked/{id}/resolve', { path: { id }, body: asked.body });
    const resolved = await told(connection, call);
    if (!resolved.ok) return resolved.outcome;
    return done(resolved.value, resolvedText(resolved.value, terminal.paint));
  });
}

function bodyOf(options: ResolveOptions): { readonly body: Body } | { readonly trouble: Outcome } {
  const { product, bundle, policy, per, ignore, note, rule, when = [], dryRun: dry_run } = options;
  const pairs = when.map((it) => /^([^=]+)=(.+)$/s.exec(it));
  if (pairs.includes(null)) return wrong('--when names no value', 'Write --when sku=ACME-PRO-1.');
  if (pairs.length > 0 && !rule) return wrong('--when is for a rule', 'Add --rule.');
  let values: Body['values'];
  try {
    values = options.values === undefined ? undefined : JSON.parse(options.values);
  } catch {
    return wrong('--values is no JSON', `Write for example --values '{"max_activations": 5}'.`);
  }
  const fits = Object.fromEntries(pairs.map((it) => [it?.[1] ?? '', it?.[2] ?? '']));
  return {
    body: {
      as: rule ? 'rule' : 'order',
      ...{ product, bundle, policy, per, values, ignore, note, dry_run },
      ...(pairs.length > 0 ? { when: fits } : {}),
    },
  };
}

function wrong(detail: string, hint: string): { readonly trouble: Outcome } {
  return { trouble: failed({ code: 'usage', title: 'Wrong usage', detail, hint }, 2) };
}

function resolvedText(it: Resolution, paint: Paint): string {
  const would = it.dry_run ? ' (dry run: nothing was written)' : '';
  const { line } = it;
  return [
    `${paint('strong', harmless(lineName(line.quantity, line.title)))}  ${painted(state(line.state), paint)}  ${line.order_id}`,
    `${counted(it.changes.length, 'change')}${would}${it.changes.length > 0 ? ':' : '.'}`,
    ...changesTable(it.changes, paint),
    ...(it.rule_yaml === null
      ? []
      : [
          '',
          `The rule${it.revision === null ? '' : `, in revision ${it.revision}`}; for the mapping file of ${harmless(line.source)}:`,
          `  ${harmless(it.rule_yaml)}`,
        ]),
    ...(it.also && it.also.count > 0
      ? [`It resolves ${it.also.more ? 'at least ' : ''}${counted(it.also.count, 'other line')}.`]
      : []),
  ].join('\n');
}
