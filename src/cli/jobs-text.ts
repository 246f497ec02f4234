/**
 * Jobs as people read them: how far each is, what came of it by name, and what it found. Pure. What must never happen
 * here: a job that failed shown as one that is done.
 */
import * as z from 'zod';
import type { Job } from '../client/index.ts';
import { type Cell, harmless, minute, type Paint, painted, remedy, state, table, wrap } from './text.ts';

export const JOB_HEAD = ['job', 'kind', 'state', 'asked', 'done'];

export function jobRow(it: Job): readonly Cell[] {
  return [it.id, it.kind, state(it.state), minute(it.created_at), progressOf(it)];
}

function progressOf({ progress: { done, total } }: Job): string {
  return total === null ? String(done) : `${done} of ${total}`;
}

/** As a problem is noted. */
const noted = z.looseObject({ code: z.string(), title: z.string(), detail: z.string(), hint: z.string() });

export function jobText(it: Job, paint: Paint, width: number): string {
  return [
    `${paint('strong', it.id)}  ${it.kind}  ${painted(state(it.state), paint)}  ${progressOf(it)}`,
    ...wrap(harmless(askedText(it.asked)), width, '  '),
    ...countsText(it, paint),
    ...problemLines(it.problem, paint, width),
  ].join('\n');
}

function askedText(asked: unknown): string {
  if (typeof asked !== 'object' || asked === null) return '';
  return Object.entries(asked)
    .filter(([, value]) => value !== false && value !== null && value !== '')
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

export function countsText({ counts }: Pick<Job, 'counts'>, paint: Paint): string[] {
  const rows = Object.entries(counts).map(([name, count]): Cell[] => [
    `${count}`,
    [COUNT_TONES.test(name) ? 'warn' : 'dim', name.replaceAll('_', ' ')],
  ]);
  return table(rows, paint, '  ');
}

const COUNT_TONES = /failed|missing|differing|unknown|waiting|parked|revoke|suspend|refused/;

/** Why a job failed, or a finding. */
export function problemLines(problem: unknown, paint: Paint, width: number, indent = '  '): string[] {
  const read = noted.safeParse(problem);
  if (!read.success) return [];
  const { title, detail, hint } = read.data;
  const said = harmless(`${title}${detail === '' ? '' : `: ${detail}`}`);
  return [
    ...wrap(said, width, indent).map((it) => paint('warn', it)),
    ...(hint === '' ? [] : remedy(harmless(hint), width, indent)),
  ];
}
