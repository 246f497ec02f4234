/**
 * /v1/adoptions: customers from before Keyferry. Keys that were given out are taken in, and the shop is asked for its
 * sales, one page with each request. What must never happen here: a key in an error.
 */
import * as z from 'zod';
import type { Adopted, GivenKeyPlace, GivenKeyRecord } from '../../core/given-keys.ts';
import { readGivenKey } from '../../core/given-rows.ts';
import { LIMITS } from '../../core/limits.ts';
import { isClosed } from '../../core/problem.ts';
import { answer, answerProblem, iso, viewProblem } from '../answers.ts';
import { answerPage, type Listing, pageFields, sliceOf } from '../page.ts';
import { nothing, readQuery, readRequest, time, word } from '../request.ts';
import { notFound, param, type Route, refuse } from './route.ts';

const key = z.string().transform((text, context) => {
  const read = readGivenKey(text);
  if (read !== null) return read;
  const params = {
    remedy: `Send 1 to ${LIMITS.given_key_letters} printable ASCII characters, as the buyer has it.`,
  };
  context.addIssue({ code: 'custom', message: 'cannot be a key', params });
  return z.NEVER;
});
const called = z.string().trim().min(1).max(500);
const row = z.strictObject({
  name: called.describe("The sale's external id, or any other name of it."),
  line: called.nullable().default(null).describe('The id of one of its lines, or any ref of it.'),
  product: called.nullable().default(null),
  key,
});
const asked = z.strictObject({
  source: word,
  account: z.string().max(500).default('').describe('A connected account.'),
  from: time.nullable().default(null).describe('Ask the shop for its sales since then.'),
  cursor: z.string().min(1).max(500).nullable().default(null).describe('`next_cursor` of the answer before.'),
  keys: z.array(row).max(LIMITS.given_keys_at_once).default([]),
  dry_run: z.boolean().default(false),
});

function viewAdopted({ keys, sales, next_cursor, remark, dry_run }: Adopted) {
  return { keys, sales, next_cursor, remark: viewProblem(remark), dry_run };
}

function viewGiven({ id, source, account, name, line, product, key: given, ...it }: GivenKeyRecord) {
  const { created_at, created_by } = it;
  return { id, source, account, name, line, product, key: given, created_at: iso(created_at), created_by };
}

const LIST: Listing<GivenKeyPlace> = { name: 'adoptions', key: z.tuple([z.string(), z.string(), z.int()]) };

export const adoptions: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/adoptions',
    scope: 'issue',
    handle: async (c, ports) => {
      const read = await readRequest(c, { query: nothing, body: asked });
      if (!read.ok) return refuse(c, read.problem);
      const adopted = await ports.adoptions.adopt(read.value.body, c.get('holder').id);
      if (adopted.ok) return answer(viewAdopted(adopted.value));
      // The source is there, and closed.
      return isClosed(adopted.problem)
        ? answerProblem(c, adopted.problem, { status: 409 })
        : refuse(c, adopted.problem);
    },
  },
  {
    method: 'GET',
    path: '/v1/adoptions',
    scope: 'read',
    handle: async (c, ports) => {
      const read = await readQuery(c, z.strictObject({ source: word, ...pageFields(LIST) }));
      if (!read.ok) return refuse(c, read.problem);
      const page = await ports.adoptions.free(read.value.source, sliceOf(read.value));
      return answerPage(LIST, page, viewGiven);
    },
  },
  {
    method: 'DELETE',
    path: '/v1/adoptions/:id',
    scope: 'issue',
    handle: async (c, ports) => {
      const id = param(c, 'id');
      if (await ports.adoptions.drop(id, c.get('holder').id)) return answer({ id, dropped: true });
      return notFound(c, 'no key of this id that is free');
    },
  },
];
