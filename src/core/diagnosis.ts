/**
 * Why a signature fits nothing, as far as a signature can prove it: another source's secret, or a body that was
 * rewritten on its way. Shared by all integrations; each says how it signs. What must never happen here: a secret
 * or a part of a body in what is said, or tries without a bound, since anybody may send what fits nothing.
 */
import type { Refused } from './integration.ts';
import { LIMITS } from './limits.ts';
import type { Diagnosis } from './refusals.ts';
import { spellingsOf } from './spellings.ts';

/** How an integration signs. */
export interface Signing<Settings> {
  readonly secrets: (settings: Settings) => readonly string[];
  /** Whether the delivery's signature is that of `body` by this secret; compared in constant time. */
  readonly fits: (secret: string, body: Uint8Array) => Promise<boolean>;
}

/** @returns what is proved, or null */
export async function provedCause<Settings>(
  refused: Refused<Settings>,
  { secrets, fits }: Signing<Settings>,
): Promise<Diagnosis | null> {
  const { delivery, neighbors } = refused;
  const own = [{ whose: 'this source', settings: refused.settings }];
  const others = neighbors.map((it) => ({ ...it, whose: `the source ${it.source} (mode ${it.mode})` }));
  /** The first of these whose secret fits. */
  async function signer<T extends { readonly settings: Settings }>(
    among: readonly T[],
    body: Uint8Array,
    tries: Tries,
  ): Promise<T | null> {
    for (const it of among) {
      for (const secret of secrets(it.settings)) {
        if (tries.left-- <= 0) return null;
        if (await fits(secret, body)) return it;
      }
    }
    return null;
  }

  const other = await signer(others, delivery.body, { left: LIMITS.diagnosed_tries });
  if (other) {
    const code = other.mode === refused.mode ? 'other_source_secret' : 'other_mode_secret';
    // Which of the two has a secret that is not its own, no signature shows.
    const detail = `its secret is set for ${other.whose}, and it came to a source of mode ${refused.mode}`;
    return { code, certain: true, detail };
  }
  if (delivery.body.length > LIMITS.diagnosed_bytes) return null;
  const spellings = [...spellingsOf(delivery.body)];
  for (const among of [own, others]) {
    const tries = { left: LIMITS.diagnosed_tries };
    for (const { changed, body } of spellings) {
      const it = await signer(among, body, tries);
      if (!it) continue;
      const detail = `changed on the way: ${changed}. Without that change the signature fits ${it.whose}`;
      return { code: 'body_altered', certain: true, detail };
    }
  }
  return null;
}

interface Tries {
  left: number;
}
