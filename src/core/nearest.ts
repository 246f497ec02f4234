/** "Did you mean …?": the known word that a mistyped one is nearest to. For error texts only, never for matching. */

/** Single letters added, dropped or changed between two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The nearest of `known`, or null when none is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > 64) return null;
  const near = known
    .map((it) => ({ it, far: distance(word.toLowerCase(), it.toLowerCase()) }))
    .filter(({ it, far }) => far <= Math.max(1, Math.floor(Math.max(word.length, it.length) / 3)))
    .sort((a, b) => a.far - b.far);
  return near[0]?.it ?? null;
}

/** A remedy for a word that is not known: the nearest one, else what there is. */
export function didYouMean(word: string, known: readonly string[], kind = 'Known'): string {
  const near = nearest(word, known);
  if (near !== null) return `Did you mean "${near}"?`;
  if (known.length === 0) return `${kind}: none.`;
  const shown = known.slice(0, 30).join(', ');
  return `${kind}: ${shown}${known.length > 30 ? ', …' : ''}.`;
}
