/**
 * Whether plain data that somebody wrote can be looked into at all, before a schema does. It stands between whoever
 * parsed a file or a request and the checks. What must never happen here: a walk that calls itself, since what it walks
 * through may be as deep as it is long, or lead back to itself.
 */
import type { Fault, Path } from './faults.ts';
import { LIMITS } from './limits.ts';

interface Place {
  readonly value: unknown;
  readonly part: string | number;
  readonly above: Place | null;
  readonly depth: number;
}

/** @returns what no schema says. `unsound`: then nothing else may look into it */
export function dataFaults(raw: unknown): { readonly unsound: boolean; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const left: Place[] = [{ value: raw, part: '', above: null, depth: 0 }];
  let values = 0;
  for (let it = left.pop(); it; it = left.pop()) {
    const { value, depth } = it;
    values += 1;
    if (values > LIMITS.data_values) return { unsound: true, faults: [tooMuch] };
    if (typeof value !== 'object' || value === null) continue;
    if (depth === LIMITS.data_depth)
      return { unsound: true, faults: [{ ...tooDeep, path: pathOf(it).slice(0, TOLD) }] };
    for (const [part, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      const place = { value: member, part, above: it, depth: depth + 1 };
      // Schemas pass over it in silence: a rule would fit every line.
      if (part === '__proto__' && faults.length < LIMITS.faults_told)
        faults.push({ ...noName, path: pathOf(place) });
      left.push(place);
    }
  }
  return { unsound: false, faults: faults.reverse() };
}

/** Steps of a path that are told. */
const TOLD = 8;
const tooMuch: Fault = {
  path: [],
  message: `holds more than ${LIMITS.data_values} values`,
  remedy: 'Write fewer, or split it.',
};
const tooDeep = {
  message: `is nested deeper than ${LIMITS.data_depth}`,
  remedy: 'Nothing here needs to be: check the brackets and the indentation.',
};
const noName = { message: 'cannot be the name of anything', remedy: 'Choose another name.' };

function pathOf(place: Place): Path {
  const path: (string | number)[] = [];
  for (let it = place; it.above; it = it.above) path.unshift(it.part);
  return path;
}
