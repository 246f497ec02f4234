/**
 * A promise with a last moment. It stands where somebody waits for an answer. What must never happen here: a timer
 * that outlives the answer.
 */

/** @returns what `it` brings, or `otherwise` when that takes longer than `ms`; `it` goes on by itself */
export async function within<T>(it: Promise<T>, ms: number, otherwise: T): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
  });
  try {
    return await Promise.race([it, late]);
  } finally {
    clearTimeout(timer);
  }
}
