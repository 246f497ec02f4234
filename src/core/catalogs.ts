/**
 * What the vendor sells, to be read and changed by hand. It is the catalog of the source `manual`; sources that have the
 * same one have it from then on as well. What must never happen here: a catalog that a mapping beside it does not fit.
 */
import type { Editor } from './audit.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogEdit } from './catalog-edit.ts';
import type { Result } from './problem.ts';

export interface SoldCatalog {
  readonly catalog: Catalog;
  /** Of the newest revision of `manual`; 0 where nothing is sold yet. */
  readonly number: number;
}

/** A source whose catalog is not this one, or whose mapping did not fit even the one before. */
export interface LeftSource {
  readonly source: string;
  readonly because: 'own_catalog' | 'faulty';
}

export interface CatalogChange extends SoldCatalog {
  /** Those that were made; none where it was so already. */
  readonly revisions: readonly { readonly source: string; readonly number: number }[];
  readonly left: readonly LeftSource[];
}

export interface Catalogs {
  /** @returns besides `config_invalid` where the stored one is none for this version */
  read(): Promise<Result<SoldCatalog>>;
  /**
   * Durable when it resolves. @param dry_run judges, and writes nothing
   * @returns `not_found`, `code_taken`, `request_invalid` with places, `edited_meanwhile`, or `referenced` with what needs it
   */
  edit(
    edit: CatalogEdit,
    by: Editor & { readonly dry_run?: boolean | undefined },
  ): Promise<Result<CatalogChange>>;
}
