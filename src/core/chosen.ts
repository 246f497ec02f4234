/**
 * What a person chose for a line, as the grant that a rule would write: so it is expanded and checked like one. Pure.
 * What must never happen here: braces that a person typed read as a template.
 */
import type { Grant, GrantValues } from './rules.ts';
import type { Chosen } from './things.ts';

/** Kept with what it was made of: `expand` remembers what grants without templates come to. */
const made = new WeakMap<Chosen, Grant>();

export function grantChosen(chosen: Chosen): Grant {
  const known = made.get(chosen);
  if (known) return known;
  // Braces aside it is as it was, and texts stay texts: codes are codes, and the fields keep their types.
  const { values, ...codes } = literal(chosen) as Chosen & { readonly values: GrantValues };
  const grant: Grant = { ...codes, per: chosen.per ?? 'unit', values };
  made.set(chosen, grant);
  return grant;
}

/** Each brace as a placeholder that yields it. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('{{') ? value.replaceAll('{', '{{"{"}}') : value;
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, literal(it)]));
}
