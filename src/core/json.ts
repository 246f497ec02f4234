/**
 * JSON as it is stored and compared: values, a canonical text, and a reader that loses no digit.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Sorted keys, no white space: equal content has equal text. `undefined` members are left out. */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  // Written as one text, without a list for each object: merge reads every word of a sale through it.
  let text = '';
  if (Array.isArray(value)) {
    for (const member of value) text += `${text === '' ? '' : ','}${canonical(member)}`;
    return `[${text}]`;
  }
  for (const [key, member] of membersOf(value)) {
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(member)}`;
  }
  return `{${text}}`;
}

function membersOf(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether both have the same canonical text. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isPlain(a) || !isPlain(b)) return canonical(a) === canonical(b);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((member, i) => same(member, b[i]));
  }
  return sameMembers(a, b);
}

/** Told members that are the same, and as many of them on either side. */
function sameMembers(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  let told = 0;
  for (const key of Object.keys(a)) {
    if (a[key] === undefined) continue;
    if (b[key] === undefined || !Object.hasOwn(b, key) || !same(a[key], b[key])) return false;
    told++;
  }
  return told === Object.keys(b).filter((key) => b[key] !== undefined).length;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether it is nested deeper than so many levels. */
export function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((it) => isDeep(it, left - 1));
}

/** A value that reading made something else of, and what to write in its place. */
interface Changed {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly remedy: string;
}

/**
 * What JavaScript would make something else of without a word: an integer that no number here can hold, which comes
 * back as its neighbor, and a member called `__proto__`, which copies of an object lose.
 */
export function changedInReading(value: unknown, path: readonly (string | number)[]): Changed[] {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return [
      {
        path,
        message: 'is an integer of more digits than a number can hold',
        remedy: 'Write it as text, in quotes.',
      },
    ];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((it, n) => changedInReading(it, [...path, n]));
  return Object.entries(value).flatMap(([key, it]) =>
    key === '__proto__'
      ? [{ path: [...path, key], message: 'is no name that can be kept', remedy: 'Give it another name.' }]
      : changedInReading(it, [...path, key]),
  );
}
