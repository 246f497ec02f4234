/**
 * Does a rule's `when` fit a line? Names and values compared as text; `*` is the only wildcard. Pure.
 * What must never happen here: a value of a shop read as a pattern, or a name found on a prototype.
 */
import { clip } from './faults.ts';
import type { Buyer, Line } from './things.ts';

/** One line with what rules and templates may know of its order. */
export interface LineContext {
  readonly line: Line;
  readonly buyer: Buyer | null;
  readonly order: {
    readonly id: string;
    /** Shown to people: `#1001`. */
    readonly label: string | null;
    readonly source: string;
    /** Lower-case ISO code. */
    readonly currency: string | null;
    readonly test: boolean;
    readonly refs: readonly string[];
  };
}

export interface Fit {
  readonly fits: boolean;
  /** In one sentence, for people: made when it is asked for, since most lines are judged by many rules and told of none. */
  because(): string;
  /** Nothing that is known speaks against it, but something it names is not known of this line. */
  readonly undecided: boolean;
}

/** What the line says under a `when` key; undefined where it says nothing. */
export function saidUnder({ line, order }: LineContext, key: string): string | undefined {
  if (Object.hasOwn(line.refs, key)) return line.refs[key];
  if (Object.hasOwn(line.attributes, key)) return line.attributes[key];
  if (key === 'currency') return order.currency ?? undefined;
  return key === 'test' ? String(order.test) : undefined;
}

/** All keys must fit; of a list of patterns, any. */
export function judge(when: Readonly<Record<string, readonly string[]>>, context: LineContext): Fit {
  const missing: string[] = [];
  const fitting: [string, string][] = [];
  for (const [key, patterns] of Object.entries(when)) {
    const value = saidUnder(context, key);
    if (value === undefined) {
      missing.push(key);
      continue;
    }
    // Shops write currencies in either case.
    const alike = key === 'currency' ? (text: string) => text.toLowerCase() : (text: string) => text;
    if (!patterns.some((pattern) => globFits(alike(pattern), alike(value)))) {
      const because = () => `${said(key, value)}, not ${clip(patterns.join(' or '))}`;
      return { fits: false, because, undecided: false };
    }
    fitting.push([key, value]);
  }
  if (missing.length > 0) {
    return { fits: false, because: () => `the line has no ${missing.join(', no ')}`, undecided: true };
  }
  const because = () =>
    fitting.length > 0 ? fitting.map(([key, value]) => said(key, value)).join(', ') : 'it fits every line';
  return { fits: true, because, undecided: false };
}

function said(key: string, value: string): string {
  return `${key} is ${clip(JSON.stringify(value))}`;
}

/**
 * `*` matches any run of characters, the empty one too; everything else is itself, case and all. Each piece
 * between stars is looked for once, leftmost first, so hostile texts cost no more than long ones.
 */
export function globFits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
