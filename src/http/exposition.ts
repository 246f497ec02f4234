/**
 * Numbers as Prometheus reads them: its text format, version 0.0.4. Pure. What must never happen here: a label value
 * that breaks out of its quotes.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { Family, Labels } from '../core/counts.ts';

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Families without a sample are told too: whoever reads them learns what there may be. */
export function exposition(families: readonly Family[]): string {
  return families.map(textOf).join('\n');
}

function textOf({ name, help, type, samples }: Family): string {
  const lines = [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`];
  for (const { suffix = '', labels, value } of samples)
    lines.push(`${name}${suffix}${labelsText(labels)} ${numberText(value)}`);
  return `${lines.join('\n')}\n`;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quoted(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

function quoted(text: string): string {
  return escaped(text.toWellFormed()).replace(/"/g, '\\"');
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
