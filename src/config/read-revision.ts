/**
 * Mapping and catalog judged together, whoever wrote them: a file, a request, an earlier version of this program. What
 * must never happen here: a revision that is taken by one way and refused by another.
 */
import { BY_HAND, byHand } from '../core/by-hand.ts';
import { type Catalog, readCatalog } from '../core/catalog.ts';
import { readMapping } from '../core/checks.ts';
import { type Fault, pathText } from '../core/faults.ts';
import type { Integration } from '../core/integration.ts';
import type { Revision } from '../core/mapping.ts';
import { fail, ok, type PlacedError, type Result } from '../core/problem.ts';

export interface Content {
  readonly mapping: unknown;
  readonly catalog: unknown;
}

/** Orders by hand are no shop's; no file and no request can say that they are. */
export function spokenBy(name: string, integrations: readonly Integration[]): readonly Integration[] {
  return name === BY_HAND ? [byHand] : integrations;
}

export function readRevision(
  name: string,
  content: Content,
  of: { readonly id: string; readonly number: number },
  integrations: readonly Integration[],
): Result<Revision> {
  const { catalog, faults: catalogFaults } = readCatalog(content.catalog);
  const { mapping, faults } = readMapping(content.mapping, spokenBy(name, integrations), catalog);
  const errors = [
    ...catalogFaults.map((it) => ({ file: 'catalog', ...placed(it) })),
    ...faults.map((it) => ({ file: 'mapping', ...placed(it) })),
  ];
  if (errors.length > 0 || !catalog || !mapping) return fail('config_invalid', name, errors);
  return ok({ id: of.id, source: name, number: of.number, mapping, catalog });
}

/** What is wrong with a stored mapping beside this catalog. */
export function mappingFaults(
  name: string,
  mapping: unknown,
  catalog: Catalog,
  integrations: readonly Integration[],
): readonly Fault[] {
  return readMapping(mapping, spokenBy(name, integrations), catalog).faults;
}

function placed({ path, message, remedy }: Fault): Omit<PlacedError, 'file'> {
  return { path: pathText(path), message, remedy };
}
