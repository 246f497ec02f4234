/**
 * The catalog changed by hand. In one batch all that have the same catalog get a revision with the new one, each checked
 * against its own rules first. What must never happen here: a product taken away from a rule, a bundle or a license that
 * names it.
 */
import { type AuditEntry, isEdited } from '../core/audit.ts';
import { BY_HAND, BY_HAND_MAPPING } from '../core/by-hand.ts';
import { type Catalog, readCatalog } from '../core/catalog.ts';
import {
  type CatalogEdit,
  type CatalogPlace,
  editCatalog,
  namedPath,
  placedFaults,
} from '../core/catalog-edit.ts';
import type { Catalogs, LeftSource } from '../core/catalogs.ts';
import { pathText } from '../core/faults.ts';
import type { Integration } from '../core/integration.ts';
import { same } from '../core/json.ts';
import { LIMITS } from '../core/limits.ts';
import { fail, invalid, ok, type PlacedError, type Result } from '../core/problem.ts';
import type { NextRevision, Revisions, Sold, StoredRevision } from '../core/revisions.ts';
import { mappingFaults } from './read-revision.ts';

export interface CatalogsPorts {
  readonly revisions: Pick<Revisions, 'current' | 'newest' | 'sold'>;
  /** The one way to add revisions: the sources know of them at once. */
  readonly revise: (
    all: readonly NextRevision[],
    audit: readonly AuditEntry[],
    unsold?: Sold,
  ) => Promise<readonly StoredRevision[] | 'conflict'>;
  /** Sees to it that `manual` has the catalog that a database had before there was one. */
  readonly settled: () => Promise<unknown>;
  readonly integrations: readonly Integration[];
}

/** How often others may come first. */
const ATTEMPTS = 20;
const NOTHING: Catalog = { products: [], bundles: [] };

export function makeCatalogs({ revisions, revise, settled, integrations }: CatalogsPorts): Catalogs {
  /** Who goes along with a new catalog, who does not, and whose rules do not fit it. */
  function judge(
    others: readonly StoredRevision[],
    hand: StoredRevision | undefined,
    before: Catalog,
    after: Catalog,
    edit: CatalogEdit,
  ): { follow: StoredRevision[]; left: LeftSource[]; errors: PlacedError[] } {
    const follow: StoredRevision[] = [];
    const left: LeftSource[] = [];
    const errors: PlacedError[] = [];
    for (const it of others) {
      const { source, mapping } = it;
      if (!same(it.catalog, hand?.catalog)) left.push({ source, because: 'own_catalog' });
      else if (mappingFaults(source, mapping, before, integrations).length > 0)
        left.push({ source, because: 'faulty' });
      else {
        const faults = mappingFaults(source, mapping, after, integrations);
        const change = `Change the rule first: in its file, or with PUT /v1/mappings/${source}.`;
        for (const fault of faults)
          errors.push({
            file: `mappings/${source}`,
            path: namedPath(fault.path, mapping),
            message: edit.is === 'delete' ? 'names it' : fault.message,
            remedy: edit.is === 'delete' ? change : fault.remedy,
          });
        follow.push(it);
      }
    }
    return { follow, left, errors };
  }

  async function issued(sold: Sold | undefined): Promise<PlacedError[]> {
    if (!sold) return [];
    const { licenses, license_ids, given_keys } = await revisions.sold(sold);
    const many = (count: number) => (count < LIMITS.counted_references ? `${count}` : `${count} or more`);
    const errors: PlacedError[] = [];
    if (licenses > 0) {
      const more = licenses > license_ids.length ? ', …' : '';
      const message = `${many(licenses)} ${licenses === 1 ? 'license was' : 'licenses were'} issued of it: ${license_ids.join(', ')}${more}`;
      const remedy = 'What was sold keeps its name: let no rule name it any more, and keep it.';
      errors.push({ file: 'records', path: 'licenses', message, remedy });
    }
    if (given_keys > 0) {
      const message = `${many(given_keys)} ${given_keys === 1 ? 'key waits' : 'keys wait'} for a sale of it`;
      const remedy = 'Take them out first: DELETE /v1/adoptions/{id}.';
      errors.push({ file: 'records', path: 'given_keys', message, remedy });
    }
    return errors;
  }

  const catalogs: Catalogs = {
    read: async () => {
      await settled();
      const stored = await revisions.newest(BY_HAND);
      const read = soldBy(stored);
      return read.ok ? ok({ catalog: read.value, number: stored?.number ?? 0 }) : read;
    },

    edit: async (edit, by) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await settled();
        const all = await revisions.current();
        const hand = all.find(({ source }) => source === BY_HAND);
        const number = hand?.number ?? 0;
        if (isEdited(by, number)) return fail('edited_meanwhile', `the catalog is at "${number}" now`);
        const before = soldBy(hand);
        if (!before.ok) return before;
        const edited = editCatalog(before.value, edit);
        if (!edited.ok) return edited;
        const others = all.filter(({ source }) => source !== BY_HAND);
        const unchanged = { catalog: before.value, number, revisions: [] };
        if (!edited.value)
          return ok({ ...unchanged, left: judge(others, hand, before.value, before.value, edit).left });
        const { draft } = edited.value;
        const { catalog, faults } = readCatalog(draft);
        const sold = edit.is === 'delete' ? soldAt(edit.at) : undefined;
        // What was issued is told first: who cannot delete it need not take bundles apart.
        if (!catalog && edit.is === 'delete')
          return needed([...(await issued(sold)), ...bundlesNaming(faults, draft)]);
        if (!catalog) return invalid(placedFaults(faults, draft, edit));
        if (JSON.stringify(catalog).length > LIMITS.mapping_letters && edit.is !== 'delete')
          return invalid([TOO_LONG]);
        const { follow, left, errors } = judge(others, hand, before.value, catalog, edit);
        if (edit.is === 'delete') errors.push(...(await issued(sold)));
        if (errors.length > 0) return edit.is === 'delete' ? needed(errors) : invalid(errors);
        const next = [{ source: BY_HAND, mapping: BY_HAND_MAPPING, number }, ...follow].map(
          ({ source, mapping, number: after }): NextRevision => ({
            source,
            origin: source === BY_HAND ? 'api' : 'catalog',
            mapping,
            catalog,
            created_by: by.actor,
            after,
          }),
        );
        const told = next.map(({ source, after }) => ({ source, number: after + 1 }));
        if (by.dry_run) return ok({ catalog, number: number + 1, revisions: told, left });
        const { actor, note } = by;
        const entry = {
          actor,
          note,
          before: edited.value.before,
          after: edited.value.after,
          ...namedBy(edit, told),
        };
        if ((await revise(next, [entry], sold)) === 'conflict') continue;
        return ok({ catalog, number: number + 1, revisions: told, left });
      }
      return fail('conflict_persists', BY_HAND);
    },
  };
  return catalogs;
}

/** As a file may be: every database keeps it as one value. */
const TOO_LONG: PlacedError = {
  file: 'catalog',
  path: '',
  message: `would be longer than ${LIMITS.mapping_letters} letters`,
  remedy: 'Shorten descriptions, notes and metadata, or delete what nothing needs any more.',
};

/** The catalog of `manual`; an empty one where nothing is sold yet. */
function soldBy(stored: StoredRevision | null | undefined): Result<Catalog> {
  if (!stored) return ok(NOTHING);
  const { catalog, faults } = readCatalog(stored.catalog);
  if (catalog) return ok(catalog);
  const errors = faults.map(({ path, ...it }) => ({ file: 'catalog', path: pathText(path), ...it }));
  return fail('config_invalid', BY_HAND, errors);
}

/** Of a delete: what the catalog itself says against it. */
function bundlesNaming(
  faults: ReturnType<typeof readCatalog>['faults'],
  draft: unknown,
): readonly PlacedError[] {
  const remedy = 'Take it out there first.';
  return faults.map(({ path }) => ({
    file: 'catalog',
    path: namedPath(path, draft),
    message: 'names it',
    remedy,
  }));
}

function needed(errors: readonly PlacedError[]): Result<never> {
  const told = errors.slice(0, LIMITS.faults_told);
  return fail(
    'referenced',
    told
      .map((it) => `${it.file} ${it.path} ${it.message}`)
      .join('; ')
      .slice(0, 1_000),
    told,
  );
}

/** What must not have been issued when it goes. */
function soldAt(at: CatalogPlace): Sold | undefined {
  if (at.part === 'product') return { product: at.code };
  return at.part === 'policy' ? { product: at.product, policy: at.code } : undefined;
}

/** `product.create` of `acmepro`, `policy.update` of `acmepro/annual`; a catalog that is rolled back is the mapping's act. */
function namedBy(
  edit: CatalogEdit,
  made: readonly { readonly source: string; readonly number: number }[],
): Pick<AuditEntry, 'action' | 'subject'> & Partial<Pick<AuditEntry, 'after'>> {
  if (edit.is === 'replace') {
    const after = Object.fromEntries(made.map(({ source, number }) => [source, number]));
    return { action: 'mapping.rollback', subject: BY_HAND, after: { revisions: after } };
  }
  const { at } = edit;
  return { action: `${at.part}.${edit.is}`, subject: 'product' in at ? `${at.product}/${at.code}` : at.code };
}
