/**
 * What one event may tell. It stands between normalize and merge, whose work grows with the ways in which one thing is
 * told at once. What must never happen here: an event that no shop would send holding up all others.
 */
import type { Reading } from './integration.ts';
import { LIMITS } from './limits.ts';
import { problem } from './problem.ts';

/** The reading itself, or parked where it tells more than a sale can have. */
export function bounded(reading: Reading): Reading {
  if (reading.is !== 'facts') return reading;
  const { facts, refs } = reading;
  if (refs.length > LIMITS.told_names) return tooMuch(`it tells ${refs.length} names of one sale`);
  if (facts.length <= LIMITS.told_words) return reading;
  const words = new Map<string, number>();
  for (const { kind, id, group, snapshot } of facts) {
    const register = `${snapshot.origin}\n${kind}/${id}/${group}`;
    const told = (words.get(register) ?? 0) + 1;
    if (told > LIMITS.told_words)
      return tooMuch(`it tells one ${kind} in more than ${LIMITS.told_words} ways`);
    words.set(register, told);
  }
  return reading;
}

function tooMuch(detail: string): Reading {
  return { is: 'parked', problem: problem('body_unparsable', detail) };
}
