/**
 * A body as it may have been before something on its way rewrote it: other line ends, another encoding, another
 * formatting of the same JSON. It stands beside walk one, to say why a delivery was refused. What must never happen
 * here: a number or the order of keys changed by reading and writing anew, or work that outgrows the body.
 */
import { LIMITS } from './limits.ts';

export interface Spelling {
  /** What the way has changed, in words that follow "changed on the way:". */
  readonly changed: string;
  readonly body: Uint8Array;
}

/** Deeper than any shop writes: indenting grows with depth. */
const DEEPEST = 64;
/** A large order has some ten thousand. */
const MOST_TOKENS = 32_768;

/** One after the other, likely ones first: whoever finds one that fits asks for no more. None is the body itself. */
export function* spellingsOf(body: Uint8Array): Generator<Spelling> {
  const seen = new Set<string>();
  for (const { changed, text } of textsOf(body, seen)) {
    if (seen.has(text) || text.length > 2 * LIMITS.diagnosed_bytes) continue;
    seen.add(text);
    yield { changed, body: new TextEncoder().encode(text) };
  }
}

interface Written {
  readonly changed: string;
  readonly text: string;
}

function* textsOf(body: Uint8Array, seen: Set<string>): Generator<Written> {
  const text = utf8(body);
  if (text === null) {
    yield { changed: 'the encoding', text: bytewise(body) };
    return;
  }
  seen.add(text);
  const bare = text.startsWith('\ufeff') ? text.slice(1) : text;
  yield { changed: 'a byte order mark at its beginning', text: bare };
  yield { changed: 'a line break at its end', text: withoutBreak(bare) };
  yield { changed: 'a line break at its end', text: `${bare}\n` };
  const unix = bare.replaceAll('\r\n', '\n');
  yield { changed: 'line ends', text: unix };
  yield { changed: 'line ends', text: withoutBreak(unix) };
  yield* formattings(bare);
  const once = decodedOnce(bare);
  if (once !== null) yield { changed: 'the encoding', text: once };
}

/** The same JSON as shops and their libraries write it. Nothing when it is no JSON, or not one that a shop writes. */
function* formattings(text: string): Generator<Written> {
  const tokens = tokensOf(text);
  if (tokens === null) return;
  for (const style of STYLES) {
    const { escapes } = style;
    const styled = escapes ? tokens.map((it) => (it.startsWith('"') ? spelled(it, escapes) : it)) : tokens;
    for (const layout of style.layouts) yield { changed: 'formatting', text: laidOut(styled, layout) };
  }
}

/** How a writer spells what it may spell in two ways. */
interface Escapes {
  readonly slash: boolean;
  /** `&`, `<`, `>` and the two line separators of Unicode. */
  readonly html: boolean;
  readonly ascii: boolean;
}

/** `dense`: on one line. Indented, an empty list or object is written closed, open, or (lists) with an empty line. */
type Layout = 'dense' | 'closed' | 'open' | 'spaced';

const INDENTED: readonly Layout[] = ['spaced', 'open', 'closed'];
/** First the strings as they came, then as writers spell them; only some of those are known to indent. */
const STYLES: readonly { readonly escapes: Escapes | null; readonly layouts: readonly Layout[] }[] = [
  { escapes: null, layouts: ['dense', ...INDENTED] },
  { escapes: { slash: false, html: false, ascii: false }, layouts: ['dense', ...INDENTED] },
  { escapes: { slash: true, html: true, ascii: false }, layouts: ['dense'] },
  { escapes: { slash: true, html: false, ascii: false }, layouts: ['dense'] },
  { escapes: { slash: false, html: true, ascii: false }, layouts: ['dense', ...INDENTED] },
  { escapes: { slash: false, html: false, ascii: true }, layouts: ['dense', ...INDENTED] },
  { escapes: { slash: true, html: false, ascii: true }, layouts: ['dense'] },
  { escapes: { slash: true, html: true, ascii: true }, layouts: ['dense'] },
];

/** The tokens of a JSON text as they stand there, or null. Read as text: no number passes through JavaScript. */
function tokensOf(text: string): readonly string[] | null {
  const tokens: string[] = [];
  let depth = 0;
  const next = /[\t\n\r ]*("[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\t\n\r ",:[\]{}]+)/gy;
  for (let found = next.exec(text); found; found = next.exec(text)) {
    const token = found[1] ?? '';
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth > DEEPEST || tokens.push(token) > MOST_TOKENS) return null;
  }
  return isJson(text) ? tokens : null;
}

/** Called once the depth is known: a parser is not to be led astray either. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A string's token, written anew. */
function spelled(token: string, escapes: Escapes): string {
  const value: unknown = JSON.parse(token);
  let text = JSON.stringify(value);
  if (escapes.slash) text = text.replaceAll('/', '\\/');
  if (escapes.html) text = text.replace(/[&<>\u2028\u2029]/g, escaped);
  if (escapes.ascii) text = text.replace(/[\u0080-\uffff]/g, escaped);
  return text;
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function laidOut(tokens: readonly string[], layout: Layout): string {
  if (layout === 'dense') return tokens.join('');
  let depth = 0;
  let text = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [place, token] of tokens.entries()) {
    if (token === ',') text += `,${line()}`;
    else if (token === ':') text += ': ';
    else if (token === '{' || token === '[') {
      depth += 1;
      const next = tokens[place + 1];
      text += next === '}' || next === ']' ? token : `${token}${line()}`;
    } else if (token === '}' || token === ']') {
      depth -= 1;
      const before = tokens[place - 1];
      const empty = before === '{' || before === '[';
      if (empty && layout === 'spaced' && token === ']') text += '\n';
      text += empty && layout === 'closed' ? token : `${line()}${token}`;
    } else text += token;
    // Whoever writes a body that grows so much is no shop.
    if (text.length > 2 * LIMITS.diagnosed_bytes) break;
  }
  return text;
}

/** One break, not all: a search for many would go over the text again and again. */
function withoutBreak(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2);
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function utf8(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** Bytes of the older encoding that has a letter for each byte. */
function bytewise(body: Uint8Array): string {
  let text = '';
  for (const byte of body) text += String.fromCharCode(byte);
  return text;
}

/** Of a text that was taken for that older encoding and encoded a second time: what it was before. */
function decodedOnce(text: string): string | null {
  const bytes = new Uint8Array(text.length);
  let high = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return null;
    if (code > 0x7f) high = true;
    bytes[i] = code;
  }
  return high ? utf8(bytes) : null;
}
