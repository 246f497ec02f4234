/** The committed cases of the two shops: what is sent, and what must become of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EditedSample, Shop } from './edits.ts';

export interface Case extends EditedSample {
  /** Sent before it, as they are. */
  readonly after?: readonly string[];
  /** Where it is not taken: the status. */
  readonly answers?: number;
  /** How its event ends; `done` if left out. */
  readonly ends?: string;
  /** Of its order; none if left out. */
  readonly licenses?: number;
}

const CORPUS = fileURLToPath(new URL('./corpus', import.meta.url));

/** With their names, which are their files'. */
export function casesOf(shop: Shop): (readonly [string, Case])[] {
  return readdirSync(join(CORPUS, shop)).map((file) => [
    file.replace(/\.json$/, '').replaceAll('-', ' '),
    // Written by hand, in this shape.
    JSON.parse(readFileSync(join(CORPUS, shop, file), 'utf8')) as Case,
  ]);
}
