/** A small shop to try rules on: the catalog of the golden cases, a line, and a revision of some rules. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readCatalog } from '../../src/core/catalog.ts';
import { type LineContext, mapLine, mappingSchema, type Revision } from '../../src/core/mapping.ts';
import type { Line } from '../../src/core/things.ts';

const { catalog, faults } = readCatalog(
  parse(readFileSync(new URL('../golden/catalog.yaml', import.meta.url), 'utf8')),
);
if (!catalog) throw new Error(JSON.stringify(faults));

/** A revision whose mapping has these rules, written as YAML. */
export function revision(rules: string, rest: Record<string, unknown> = {}): Revision {
  const mapping = mappingSchema.parse({
    integration: 'shop',
    mode: 'live',
    rules: parse(rules) ?? [],
    ...rest,
  });
  return {
    id: 'rev_1',
    source: 'shop',
    number: 1,
    mapping,
    catalog: catalog ?? { products: [], bundles: [] },
  };
}

export const line: Line = {
  id: 'price_1.1',
  title: 'Acme Pro',
  quantity: 3,
  refs: { price: 'price_1', product: 'prod_1' },
  attributes: { sku: 'acmepro:export:renders', 'metadata.team': 'Blue', mode: 'payment' },
};

export function context(differs: Partial<Line> = {}, order: Partial<LineContext['order']> = {}): LineContext {
  return {
    line: { ...line, ...differs },
    buyer: { email: 'ada@example.com', name: 'Ada', company: 'Analytical', phone: null, reference: null },
    order: { id: 'cs_1', label: '#1001', source: 'shop', currency: 'eur', test: false, refs: [], ...order },
  };
}

/** The outcome in one line of text, as the tables of these tests write it. */
export function outcome(
  rules: string,
  differs: Partial<Line> = {},
  order: Partial<LineContext['order']> = {},
): string {
  const it = mapLine(context(differs, order), revision(rules));
  if (it.is === 'granted')
    return `${it.rule} → ${it.parts.map((part) => `${part.part} ${part.policy}`).join(', ')}`;
  if (it.is === 'ignored') return `${it.rule} → ignored: ${it.reason}`;
  return `parked ${it.problem.code}: ${it.problem.detail}`;
}
