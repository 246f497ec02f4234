/**
 * What is asked of one sale that is there: a person's act, a look at what another revision would make of it, or that
 * its buyer be forgotten. It stands beside walk two and goes down the same river. What must never happen here: an
 * answer before its change is committed.
 */
import { Contended, type Converge, type Settled } from './converge.ts';
import { type HowToAct, type Person, type PersonAct, wordsOf } from './core/acts.ts';
import type { Revision } from './core/mapping.ts';
import { fail, ok, type Result } from './core/problem.ts';
import type { Source } from './core/sources.ts';
import type { Cause, LoadedSale, Store } from './core/store.ts';
import { type Manner, workAgain } from './core/work.ts';

export interface AskedPorts {
  readonly store: Pick<Store, 'loadSale'>;
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  /** In its turn with those who change the same sale. */
  readonly converge: Converge;
}

export interface Asked {
  /** @returns `not_found`, `source_unknown`, `edited_meanwhile`, and those of `afterAct` */
  act(orderId: string, act: PersonAct, by: Person, how?: HowToAct): Promise<Result<Settled>>;
  /** Takes the sale up because of a revision; one that is not stored yet changes nothing. */
  takeUp(orderId: string, imagined: Revision | null): Promise<Result<Settled>>;
  /** Forgets who bought. @returns whether there was something to forget. @throws when it cannot be taken up now */
  redact(orderId: string, cause: Cause): Promise<boolean>;
}

export function makeAsked({ store, sources, converge }: AskedPorts): Asked {
  async function found(
    orderId: string,
  ): Promise<Result<{ readonly sale: LoadedSale; readonly source: Source }>> {
    const sale = await store.loadSale(orderId);
    if (!sale) return fail('not_found', `no order ${orderId}`);
    const source = (await sources()).get(sale.source);
    return source ? ok({ sale, source }) : fail('source_unknown', sale.source);
  }

  async function settled(sale: LoadedSale, source: Source, manner: Manner): Promise<Result<Settled>> {
    try {
      const it = await converge(workAgain(sale, source, manner));
      return it.refused ? { ok: false, problem: it.refused } : ok(it);
    } catch (error) {
      if (error instanceof Contended) return fail('conflict_persists', error.message);
      throw error;
    }
  }

  return {
    act: async (orderId, asked, { actor, note }, { dry_run = false, versions = null } = {}) => {
      const it = await found(orderId);
      if (!it.ok) return it;
      const { sale, source } = it.value;
      const said = note === undefined ? {} : { note };
      const cause: Cause = { by: 'person', actor, act: wordsOf(asked), ...said };
      const manner = { cause, dry_run, remap: false, act: asked, ...(versions && { versions }) };
      return settled(sale, source, manner);
    },

    takeUp: async (orderId, imagined) => {
      const it = await found(orderId);
      if (!it.ok) return it;
      const { sale, source } = it.value;
      const revision = imagined ?? source.revision;
      const cause: Cause = { by: 'revision', revision_id: revision.id };
      return settled(sale, { ...source, revision }, { cause, dry_run: imagined !== null, remap: false });
    },

    redact: async (orderId, cause) => {
      const it = await found(orderId);
      if (!it.ok) {
        if (it.problem.code === 'not_found') return false;
        throw new Error(`the source ${it.problem.detail} does not run`);
      }
      const { sale, source } = it.value;
      await converge(workAgain(sale, source, { cause, dry_run: false, remap: false, redact: true }));
      return !sale.doc.redacted;
    },
  };
}
