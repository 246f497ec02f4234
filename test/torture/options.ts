/** The options of a torture: a name that it does not have, or a value that is no number, ends it with a sentence. */
import { parseArgs } from 'node:util';

/**
 * @param kind as it is called, empty for all of them
 * @param known the options that take a number, with their default; undefined: none
 * @param texts those that take any text
 */
export function readOptions<
  const K extends Readonly<Record<string, number | undefined>>,
  const T extends string = never,
>(
  kind: string,
  known: K,
  texts: readonly T[] = [],
  args: readonly string[] = process.argv.slice(2),
): { readonly [N in keyof K]: K[N] extends number ? number : number | undefined } & {
  readonly [N in T]?: string;
} {
  const options = Object.fromEntries([...Object.keys(known), ...texts].map((it) => [it, TEXT]));
  try {
    const { values } = parseArgs({ args: [...args], options });
    const numbers = Object.keys(known).map((it) => {
      const said = values[it];
      const number = Number(said);
      if (said !== undefined && !(number >= 0 && Number.isFinite(number) && String(said).trim() !== ''))
        throw new Error(`--${it} takes a number, not '${String(said)}'.`);
      return [it, said === undefined ? known[it] : number] as const;
    });
    // The same names went in.
    return { ...values, ...Object.fromEntries(numbers) } as ReturnType<typeof readOptions<K, T>>;
  } catch (error) {
    const first = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    const named = [...Object.keys(known), ...texts].map((it) => `--${it}`).join(', ');
    console.error(
      `${first.replace(/\.?$/, '.')} npm run torture -- ${kind} takes ${named}.`
        .replace('-- takes', 'takes')
        .replace('--  takes', 'takes'),
    );
    process.exit(2);
  }
}

const TEXT = { type: 'string' } as const;
