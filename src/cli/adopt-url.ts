/**
 * `keyferry adopt --url`: the same through the API of a running Keyferry, from a machine that cannot reach its
 * database. What must never happen here: the API key sent over a line that anyone can read, without a word.
 */
import * as z from 'zod';
import type { Env } from '../config.ts';
import type { Adopted, AdoptionAsked } from '../core/given-keys.ts';
import { CALL } from './called.ts';
import { failed, type Outcome, type Trouble } from './outcome.ts';
import { ask, problemIn } from './posting.ts';

/** Takes in one request's worth. */
export type Adopter = (asked: AdoptionAsked) => Promise<Answer | Refused>;
export type Answer = Omit<Adopted, 'remark'> & { readonly remark: Trouble | null };
export interface Refused {
  readonly trouble: Trouble;
  /** Asked again, it may go on. */
  readonly later: boolean;
}

const count = z.int().min(0);
const problem = z.object({ code: z.string(), title: z.string(), detail: z.string(), hint: z.string() });
/** As POST /v1/adoptions answers; what a newer one says besides is left. */
const answer = z.object({
  dry_run: z.boolean(),
  keys: z.object({
    stored: count,
    known: count,
    refused: z.array(z.object({ row: count, name: z.string(), message: z.string(), remedy: z.string() })),
  }),
  sales: z.object({ listed: count, known: count, stored: count }),
  next_cursor: z.string().nullable(),
  remark: problem.nullable(),
});

/** @param url of the running Keyferry, without a path */
export function adoptThrough(url: string, env: Env): Adopter | Outcome {
  const address = new URL('/v1/adoptions', url);
  const key = env.KEYFERRY_API_KEY ?? env.KEYFERRY_ADMIN_KEY;
  if (!key) return NO_KEY;
  if (address.protocol === 'http:' && !LOCAL.test(address.hostname)) return insecure(address.origin);
  return async ({ from, ...rest }) => {
    const body = { ...rest, from: from === null ? null : new Date(from).toISOString() };
    const posted = await ask(address.href, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if ('unanswered' in posted) return { trouble: posted.unanswered, later: false };
    const { status, json } = posted.answered;
    const read = answer.safeParse(json);
    if (status === 200 && read.success) return read.data;
    const told = problemIn(posted.answered);
    if (told.code !== '') return { trouble: told, later: status === 503 };
    return { trouble: { ...NOT_OURS, detail: `${address.origin} answered ${status}` }, later: false };
  };
}

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const NO_KEY = failed(
  {
    code: 'key_missing',
    title: 'There is no API key in the environment',
    detail: '',
    hint: `Set KEYFERRY_API_KEY to a key with the scope issue: \`${CALL} keys create --name import --scope issue\`, where that Keyferry runs.`,
  },
  2,
);

const NOT_OURS: Trouble = {
  code: 'not_keyferry',
  title: 'The address did not answer as Keyferry does',
  detail: '',
  hint: 'Name the address of a running Keyferry of this version, without a path.',
};

function insecure(origin: string): Outcome {
  return failed(
    {
      code: 'url_insecure',
      title: 'The API key would travel where anyone can read it',
      detail: origin,
      hint: 'Use https://, or run this on the machine itself.',
    },
    2,
  );
}
