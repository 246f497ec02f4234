/**
 * What becomes of a sale whose buyer is to be forgotten: who it is becomes unknown, all else stays. Pure; it stands
 * before merge, for what is known as for what arrives, so that no replay, answer or late word brings a name back:
 * to redact what was joined is to join what was redacted. What must never happen here: a license that changes.
 */
import type { Pin } from './entitlement.ts';
import { type Fact, mergeThings, type Snapshot, type Things } from './sale.ts';
import type { SaleDoc } from './store.ts';
import type { Buyer, Line } from './things.ts';

/** The same for everybody: two who are unknown are no contradiction. */
const NOBODY: Buyer = { email: null, name: null, company: null, phone: null, reference: null };

export function redactFact(it: Fact): Fact {
  return { ...it, snapshot: redactSnapshot(it.group, it.snapshot) };
}

/** Joined anew: what differed by a name alone is the same now. */
export function redactThings(things: Things): Things {
  const redacted = Object.entries(things).map(([name, register]) => {
    const group = name.slice(name.lastIndexOf('/') + 1);
    return [name, register.map((it) => redactSnapshot(group, it))] as const;
  });
  return mergeThings({}, Object.fromEntries(redacted));
}

/** Pins keep what was issued; the line that one of them kept besides is told without its buyer. */
export function redactDoc(doc: SaleDoc): SaleDoc {
  const pins = Object.entries(doc.pins).map(([line, pin]): [string, Pin] => [
    line,
    pin.whole ? { ...pin, whole: redactLine(pin.whole) } : pin,
  ]);
  return { ...doc, things: redactThings(doc.things), pins: Object.fromEntries(pins), redacted: true };
}

function redactSnapshot(group: string, it: Snapshot): Snapshot {
  if (group === 'buyer') {
    const { previous: _before, ...rest } = it;
    return { ...rest, content: NOBODY };
  }
  if (group !== 'lines' && group !== 'links') return it;
  const content = redactContent(it.content);
  return 'previous' in it ? { ...it, content, previous: redactContent(it.previous) } : { ...it, content };
}

/** Of lines and links: what stands under `attributes`, their own or those of their lines. */
function redactContent(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return content;
  const own = 'attributes' in content ? { attributes: redactAttributes(content.attributes) } : {};
  // Where a register has lines, they are lines: `fact` made it so. An invoice has periods instead.
  const lines = 'lines' in content && Array.isArray(content.lines) ? (content.lines as Line[]) : null;
  return { ...content, ...own, ...(lines && { lines: lines.map(redactLine) }) };
}

function redactLine(line: Line): Line {
  return { ...line, attributes: redactAttributes(line.attributes) };
}

function redactAttributes(attributes: unknown): Record<string, string> {
  // As above: a line's attributes, or those that a checkout passes on to its lines.
  const all = Object.entries((attributes ?? {}) as Record<string, string>);
  return Object.fromEntries(all.filter(([name, value]) => !isPersonal(name, value)));
}

/** Keys under which vendors keep what they know of a buyer. */
const PERSONAL_KEY = new RegExp(
  [
    '^name$|(?:^|_)(?:',
    'e?mail|phone|tel|mobile|address|street|city|zip|postcode|birth(?:day|date)?|dob|ip|company|person|contact|',
    '(?:first|last|full|given|family|user|customer|buyer|contact)_?name',
    ')(?:_|$)',
  ].join(''),
);
const EMAIL = /[^\s@]@[^\s@]/;

/** Whether an attribute tells who a person is: all that buyers write, and of metadata what looks like it. */
function isPersonal(name: string, value: string): boolean {
  const [family, ...rest] = name.split('.');
  if (family === 'property' || EMAIL.test(value)) return true;
  return family === 'metadata' && isPersonalKey(rest.join('.'));
}

/** Of metadata: whether it is named like something personal. Integrations that redact bodies judge by the same. */
export function isPersonalKey(key: string): boolean {
  const words = key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
  return PERSONAL_KEY.test(words);
}
