/**
 * Looks for a life that breaks a law, shrinks it, and says how to keep it: what `npm test` does with thousands and
 * `npm run torture` with as many as there is time for. Kept cases lie in `pinned/` and are tried by every `npm test`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { lives, manners } from './life-arbitrary.ts';
import { type Case, wrongsOf } from './life-laws.ts';

const PINNED = new URL('./pinned/', import.meta.url);

export interface Hunt {
  readonly seed: number;
  readonly runs: number;
  /** How many acts a life has at the most. */
  readonly acts: number;
  /** Of a failure that was found before: leads straight to it. */
  readonly path?: string;
}

export interface Broken {
  readonly seed: number;
  readonly path: string;
  readonly case: Case;
  readonly words: readonly string[];
}

/** @returns the smallest life that breaks a law, or null where none was found */
export async function huntFor({ seed, runs, acts, path }: Hunt): Promise<Broken | null> {
  const cases: fc.Arbitrary<Case> = fc.record({ life: lives(acts), manner: manners });
  const property = fc.asyncProperty(cases, async (it) => (await wordsAbout(it)).length === 0);
  const found = await fc.check(property, { seed, numRuns: runs, ...(path !== undefined && { path }) });
  const [broken] = found.counterexample ?? [];
  if (!broken) return null;
  return {
    seed,
    path: found.counterexamplePath ?? '',
    case: broken,
    words: await wordsAbout(broken),
  };
}

/** What is wrong with it, in words; a river that throws is wrong, too. */
export async function wordsAbout(it: Case): Promise<readonly string[]> {
  try {
    return await wrongsOf(it);
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

/** Everything that whoever looks at it needs. */
export function report({ words, seed, path, case: it }: Broken, acts: number): string {
  return [
    ...words,
    '',
    `seed ${seed}, path ${path}, acts ${acts}`,
    `Again: npm run torture -- laws --seed ${seed} --path ${path} --acts ${acts}`,
    'Keep it as a case that every npm test tries: the same with --pin <name>. The case itself:',
    JSON.stringify(it),
  ].join('\n');
}

/** @param name of the file, in words with dashes; it becomes the name of the test */
export function pin(name: string, it: Case): void {
  writeFileSync(new URL(`${name}.json`, PINNED), `${JSON.stringify(it, null, 2)}\n`);
}

export function pinned(): readonly { readonly name: string; readonly case: Case }[] {
  return readdirSync(PINNED)
    .filter((it) => it.endsWith('.json'))
    .map((file) => ({
      name: file.replace('.json', '').replaceAll('-', ' '),
      // Written by `pin`, or by hand after its pattern; a case that is none fails in its own test.
      case: JSON.parse(readFileSync(new URL(file, PINNED), 'utf8')) as Case,
    }));
}
