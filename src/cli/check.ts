/**
 * `keyferry check`: everything that is configured, judged before anything runs, all errors at once. It touches
 * neither the database nor the network.
 */
import type { PlacedError } from '../core/problem.ts';
import {
  type Configuration,
  environmentErrors,
  isSet,
  mappingsFolder,
  readConfiguration,
  secretNames,
} from './configuration.ts';
import { done, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { counted, type Paint, placed, table } from './text.ts';

export interface CheckOptions {
  readonly mappings?: string;
  /** False: missing variables are no errors, for machines that hold no secrets. */
  readonly secrets: boolean;
}

export async function check(
  { mappings, secrets }: CheckOptions,
  { env, paint, width }: Terminal,
): Promise<Outcome> {
  const configuration = readConfiguration(mappings ?? mappingsFolder(env), env);
  const named = configuration.sources.flatMap((it) => secretNames(it.mapping.settings));
  const errors = [
    ...environmentErrors(env, named),
    ...configuration.errors,
    ...(secrets ? configuration.sources.flatMap((it) => it.errors) : []),
  ];
  const sources = configuration.sources.map((it) => ({
    name: it.name,
    integration: it.integration.name,
    mode: it.mapping.mode,
    open: it.open,
    rules: it.mapping.rules.length,
    variables: secretNames(it.mapping.settings).map((name) => ({
      name,
      set: isSet(env, name),
    })),
  }));
  const document = { ok: errors.length === 0, mappings: configuration.folder, sources, errors };
  return done(document, checkText(configuration, errors, paint, width), errors.length === 0 ? 0 : 1);
}

export function checkText(
  { folder, sources }: Configuration,
  errors: readonly PlacedError[],
  paint: Paint,
  width: number,
): string {
  const rows = sources.map(({ name, mapping, open, errors: own }) => [
    ['strong', name] as const,
    open ? (['good', 'open'] as const) : (['warn', 'closed'] as const),
    `${mapping.mode} mode`,
    counted(mapping.rules.length, 'rule'),
    open
      ? (['dim', `/webhooks/${name}`] as const)
      : (['dim', own.map((it) => it.message).join(', ')] as const),
  ]);
  const lines = [`Sources in ${folder}`, ...table(rows, paint, '  ')];
  if (sources.length === 0) lines.push('  none that can be read');
  lines.push('');
  if (errors.length === 0) return [...lines, paint('good', 'No errors.')].join('\n');
  lines.push(paint('bad', `${counted(errors.length, 'error')}:`));
  return [...lines, ...errors.flatMap((it) => ['', ...placed(it, paint, width, '  ')])].join('\n');
}
