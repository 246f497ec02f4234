/**
 * Looking something up under a name that a stranger chose. What must never happen here: `constructor` or `__proto__`
 * found on what every object inherits, and taken for an answer.
 */

export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
