/**
 * Deliveries that no shop sends: a written sample with some of its values replaced by raw text, which may be anything,
 * and then signed. It is how the corpus is written, and what the generators make. What must never happen here: a number
 * of the sample losing a digit on the way.
 */
import { samples as shopify } from '../../integrations/shopify/samples.ts';
import { samples as stripe } from '../../integrations/stripe/samples.ts';

const SAMPLES = { stripe, shopify };
export type Shop = keyof typeof SAMPLES;
export const SHOPS: readonly Shop[] = ['stripe', 'shopify'];

/** A piece of text so many times, for what would be too long to write out; # in it is 1, 2, 3… */
export interface Repeated {
  readonly repeat: string;
  readonly times: number;
}

export type Raw = string | readonly (string | Repeated)[];

export interface Edit {
  /** `data.object.items.data.0.id`; a member that is not there is added. Empty: the whole body. */
  readonly at: string;
  /** JSON, or what is none, in the place of the value; null: the member is left out. */
  readonly raw: Raw | null;
}

export interface EditedSample {
  readonly sample: string;
  /** Instead of the sample's own. */
  readonly type?: string;
  readonly edits: readonly Edit[];
}

export function textOf(raw: Raw): string {
  if (typeof raw === 'string') return raw;
  return raw.map((it) => (typeof it === 'string' ? it : repeated(it))).join('');
}

function repeated({ repeat, times }: Repeated): string {
  return repeat.includes('#')
    ? Array.from({ length: times }, (_, at) => repeat.replaceAll('#', String(at + 1))).join('')
    : repeat.repeat(times);
}

export function sampleNames(shop: Shop): string[] {
  return SAMPLES[shop].map(({ name }) => name);
}

/** What the shop would send, and what it is called there. */
export function edited(
  shop: Shop,
  { sample, type, edits }: EditedSample,
  seed: string,
  at: number,
): { readonly type: string; readonly text: string } {
  const made = SAMPLES[shop].find(({ name }) => name === sample)?.make(at, seed);
  if (!made) throw new Error(`no sample ${sample} of ${shop}`);
  return { type: type ?? made.type, text: edits.reduce(withEdit, made.body) };
}

/** Every place of a sample that has a value. */
export function placesOf(shop: Shop, sample: string): string[] {
  return placesIn(edited(shop, { sample, edits: [] }, 'places', 0).text);
}

/** Every place of a JSON text that has a value. */
export function placesIn(text: string): string[] {
  const places: string[] = [];
  const walk = (value: unknown, at: string): void => {
    places.push(at);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, it] of Object.entries(value)) walk(it, at === '' ? key : `${at}.${key}`);
  };
  walk(JSON.parse(text), '');
  return places;
}

const MARK = 'the place of an edit';

export function withEdit(text: string, { at, raw }: Edit): string {
  if (at === '') return raw === null ? '' : textOf(raw);
  const root = parsed(text);
  // An edit before this one may have made it anything at all.
  if (root === undefined) return text;
  const path = at.split('.');
  const last = path.pop() ?? '';
  let owner: unknown = root;
  for (const part of path) owner = member(owner, part);
  // A number has no members.
  if (typeof owner !== 'object' || owner === null || Object.isFrozen(owner)) return text;
  if (raw === null) Reflect.deleteProperty(owner, last);
  else
    Object.defineProperty(owner, last, { value: MARK, enumerable: true, configurable: true, writable: true });
  return JSON.stringify(root).replace(`"${MARK}"`, () => (raw === null ? '' : textOf(raw)));
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;
}

/** Numbers stay as they are written. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' ? rawNumber(context?.source ?? String(value)) : value,
    );
  } catch {
    return undefined;
  }
}

function rawNumber(source: string): unknown {
  // Part of JSON since ES2026, and of the engine; the compiler's library does not name it yet.
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source);
}
