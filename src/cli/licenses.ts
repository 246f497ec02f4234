/**
 * `keyferry licenses`: finds licenses by id or key, and does to them what a person may, through the API. What must
 * never happen here: a license ended for good because somebody mistyped a line.
 */
import type { Answer, License, Paths } from '../client/index.ts';
import { kindOf, licenseFields } from '../core/license.ts';
import { didYouMean } from '../core/nearest.ts';
import { type ListOptions, listed, told } from './asking.ts';
import { CALL } from './called.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { LICENSE_HEAD, licenseRow, licenseText } from './licenses-text.ts';
import { done, failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './text.ts';

export interface LicenseFilters {
  readonly order?: string;
  readonly product?: string;
  readonly state?: License['state'];
}

export function listLicenses(
  options: LicenseFilters & ListOptions & Where,
  terminal: Terminal,
): Promise<Outcome> {
  const { order, product, state } = options;
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (slice) => connection.api.GET('/v1/licenses', { query: { order, product, state, ...slice } }),
      head: LICENSE_HEAD,
      row: licenseRow,
      none: 'No licenses.',
    }),
  );
}

export function showLicense(name: string, options: Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const id = await idOf(name, connection);
    if (!id.ok) return id.outcome;
    const found = await told(connection, connection.api.GET('/v1/licenses/{id}', { path: { id: id.value } }));
    if (!found.ok) return found.outcome;
    return done(found.value, licenseText(found.value, terminal.paint, terminal.width));
  });
}

/** An id is taken as it is; anything else is a key. */
async function idOf(
  name: string,
  connection: Connection,
): Promise<
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly outcome: Outcome }
> {
  if (/^lic_/.test(name)) return { ok: true, value: name };
  const found = await told(
    connection,
    connection.api.GET('/v1/licenses', { query: { key: name, limit: 1 } }),
  );
  if (!found.ok) return found;
  const [only] = found.value.items;
  if (only) return { ok: true, value: only.id };
  const hint = `Say its id (lic_…) or its whole key. \`${CALL} licenses list\` shows them.`;
  const outcome = failed({ code: 'not_found', title: 'No such license', detail: '', hint });
  return { ok: false, outcome };
}

export interface ActOptions extends Where {
  readonly note?: string;
  readonly yes?: true;
}

/** Nobody can take these back. */
const FINAL: Readonly<Record<string, string>> = {
  revoke: 'Revoke it for good?',
  reissue: 'Give it another key, and revoke this one for good?',
};

export function actOnLicense(
  act: 'suspend' | 'reinstate' | 'revoke' | 'reissue',
  name: string,
  options: ActOptions,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const id = await idOf(name, connection);
    if (!id.ok) return id.outcome;
    const path = { id: id.value };
    const question = FINAL[act];
    if (question !== undefined && !options.yes) {
      const found = await told(connection, connection.api.GET('/v1/licenses/{id}', { path }));
      if (!found.ok) return found.outcome;
      const asked = await agreed(question, found.value, terminal);
      if (asked) return asked;
    }
    const body = { note: options.note };
    return acted(connection, terminal, connection.api.POST(`/v1/licenses/{id}/${act}`, { path, body }));
  });
}

/** @returns why not, or null */
async function agreed(question: string, it: License, terminal: Terminal): Promise<Outcome | null> {
  const agreed = await terminal.confirm(`${it.product} ${it.policy}, ${it.key}, ${it.state}. ${question}`);
  if (agreed === true) return null;
  return agreed === false
    ? failed({ code: 'declined', title: 'Nothing was changed', detail: '', hint: '' })
    : failed(
        {
          code: 'usage',
          title: 'This is final, and there is nobody to ask',
          detail: '',
          hint: 'Add --yes if you mean it.',
        },
        2,
      );
}

type Patch = Paths['/v1/licenses/{id}']['patch'];
type Acted = Patch['answer'];

async function acted(
  connection: Connection,
  terminal: Terminal,
  asked: Promise<Answer<Acted>>,
): Promise<Outcome> {
  const after = await told(connection, asked);
  if (!after.ok) return after.outcome;
  const { paint, width } = terminal;
  const { remark } = after.value;
  const text = [
    licenseText(after.value, paint, width),
    ...(remark === null ? [] : ['', ...wrap(remark, width).map((it) => paint('warn', it))]),
  ];
  return done(after.value, text.join('\n'));
}

export interface ChangeOptions extends Where {
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
  readonly validUntil?: string;
  readonly note?: string;
}

export async function changeLicense(
  name: string,
  options: ChangeOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const changes = changesOf(options);
  if ('trouble' in changes) return changes.trouble;
  const { note } = options;
  return patched(
    name,
    { ...changes.values, ...(note === undefined ? {} : { change_note: note }) },
    options,
    terminal,
  );
}

export function extendLicense(
  name: string,
  to: string,
  options: ActOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const note = options.note === undefined ? {} : { change_note: options.note };
  return patched(name, { extend_to: to, ...note }, options, terminal);
}

function patched(
  name: string,
  body: NonNullable<Patch['body']>,
  where: Where,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(where, terminal, async (connection) => {
    const id = await idOf(name, connection);
    if (!id.ok) return id.outcome;
    const path = { id: id.value };
    return acted(connection, terminal, connection.api.PATCH('/v1/licenses/{id}', { path, body }));
  });
}

type Read = { readonly values: Readonly<Record<string, unknown>> } | { readonly trouble: Outcome };

/** What `--set`, `--unset` and `--valid-until` ask for, each value of the kind that its field has. */
export function changesOf({ set = [], unset = [], validUntil }: ChangeOptions): Read {
  const values: Record<string, unknown> = {};
  const members: Record<string, Record<string, unknown>> = {};
  const give = (path: string, text: string | null): Outcome | null => {
    const [field = '', member] = split(path);
    const kind = ENDS.includes(field) ? 'text' : kindOf(field);
    if (kind === null)
      return wrong(`"${field}" is no value of a license`, didYouMean(field, KNOWN, 'Values'));
    if (member !== undefined && field !== MERGED)
      return wrong(`${field} is given as a whole`, `Write ${field}=${EXAMPLES[kind] ?? 'VALUE'}.`);
    const value = text === null ? null : read(member === undefined ? kind : 'text', text);
    if (value === undefined)
      return wrong(`${text} is no ${KINDS[kind]}`, `Write ${field}=${EXAMPLES[kind] ?? '…'}.`);
    if (member === undefined) values[field] = value;
    else members[field] = { ...members[field], [member]: value };
    return null;
  };
  for (const it of set) {
    const at = it.indexOf('=');
    const trouble =
      at < 1 ? wrong(`"${it}" names no value`, 'Write NAME=VALUE.') : give(it.slice(0, at), it.slice(at + 1));
    if (trouble) return { trouble };
  }
  for (const it of unset) {
    const trouble = give(it, null);
    if (trouble) return { trouble };
  }
  if (validUntil !== undefined) values.valid_until = validUntil;
  if (Object.keys(values).length + Object.keys(members).length > 0)
    return { values: { ...values, ...members } };
  return {
    trouble: wrong('There is nothing to change', 'Add --set NAME=VALUE, --unset NAME or --valid-until DATE.'),
  };
}

/** Of the license itself, beside its fields. */
const ENDS: readonly string[] = ['valid_until', 'extend_to'];
const KNOWN = [...Object.keys(licenseFields.shape), ...ENDS];
const KINDS: Readonly<Record<NonNullable<ReturnType<typeof kindOf>>, string>> = {
  number: 'whole number',
  boolean: 'true or false',
  list: 'list',
  text: 'text',
  members: 'JSON object',
};
/** Of which single ones may be given: the others stay. */
const MERGED = 'custom_fields';
const EXAMPLES: Readonly<Record<string, string>> = { number: '5', boolean: 'true', members: '{"a": "b"}' };

function split(path: string): readonly [string, string?] {
  const at = path.indexOf('.');
  return at === -1 ? [path] : [path.slice(0, at), path.slice(at + 1)];
}

/** @returns undefined for what is none of this kind */
function read(kind: NonNullable<ReturnType<typeof kindOf>>, text: string): unknown {
  if (kind === 'number') return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (kind === 'members') return readObject(text);
  if (kind === 'list') return text === '' ? [] : text.split(',').map((it) => it.trim());
  return text;
}

function readObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function wrong(detail: string, hint: string): Outcome {
  return failed({ code: 'usage', title: 'Wrong usage', detail, hint }, 2);
}
