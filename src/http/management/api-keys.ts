/** /v1/api-keys: who may use this API. A key is shown in the answer that makes it, and never again. */
import * as z from 'zod';
import { invalid, type Problem } from '../../core/problem.ts';
import { type ApiKeyRecord, SCOPES, stateOfKey } from '../../core/records.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { name, time } from '../request.ts';
import { gone, type Route, route } from './route.ts';

const scopes = z.array(z.enum(SCOPES));
const shownKey = z
  .object({
    id: z.string().meta({ examples: ['key_01m6qz2v9k3h5r7t8w4x6y0ab1'] }),
    name: z.string(),
    state: z.enum(['valid', 'expired', 'revoked']).describe('Whether it opens anything.'),
    scopes: scopes.describe('Each includes those before it: read, issue, operate, admin.'),
    created_at: moment,
    expires_at: moment.nullable(),
    last_used_at: moment.nullable().describe('To the minute.'),
    revoked_at: moment.nullable(),
  })
  .meta({ id: 'ApiKey', description: 'Without the key itself, which is stored nowhere.' });

const shownNew = shownKey
  .extend({ key: z.string().describe('Shown this once.') })
  .meta({ id: 'NewApiKey', description: 'An API key that was just made.' });

/** Without the key itself, which is stored nowhere. */
function viewKey(it: ApiKeyRecord, now: number) {
  return {
    id: it.id,
    name: it.name,
    state: stateOfKey(it, now),
    scopes: it.scopes,
    created_at: iso(it.created_at),
    expires_at: iso(it.expires_at),
    last_used_at: iso(it.last_used_at),
    revoked_at: iso(it.revoked_at),
  };
}

const LIST = byId('api-keys');
const asked = z.strictObject({
  name,
  scopes: scopes
    .min(1)
    .default(['read'])
    .describe('Each includes those before it: read, issue, operate, admin.'),
  expires_at: time.nullable().default(null).describe('From then on it opens nothing; null: it never ends.'),
});
const changed = z.strictObject({
  name: name.optional(),
  scopes: z.array(z.enum(SCOPES)).min(1).optional().describe('Fewer than it has; a key never gains one.'),
  expires_at: time.nullable().optional().describe('When it ends, sooner or later than before; null: never.'),
});

/** A key that has ended before it is made is a slip. */
function past(expires_at: number | null | undefined, now: number): Problem | null {
  if (expires_at === undefined || expires_at === null || expires_at > now) return null;
  const read = invalid([
    {
      file: 'request',
      path: 'body.expires_at',
      message: 'lies in the past',
      remedy: 'Send a time to come. `DELETE /v1/api-keys/{id}` ends a key at once.',
    },
  ]);
  return read.ok ? null : read.problem;
}

export const apiKeys: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/api-keys',
    scope: 'admin',
    summary: 'List API keys',
    query: z.strictObject(pageFields(LIST)),
    answers: { 200: pageOf(shownKey) },
    handle: async ({ query }, { keys, clock }) => {
      const now = clock.now();
      return answerPage(LIST, await keys.list(sliceOf(query)), (it) => viewKey(it, now));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/api-keys/:id',
    scope: 'admin',
    summary: 'Read an API key',
    answers: { 200: shownKey },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { keys, clock }) => {
      const found = await keys.get(params.id);
      return found ? answer(viewKey(found, clock.now())) : refuse(gone('no API key of this id'));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/api-keys',
    scope: 'admin',
    summary: 'Create an API key',
    description: 'The answer shows the key this once.',
    body: asked,
    answers: { 201: shownNew },
    handle: async ({ body, holder, refuse }, { keys, clock }) => {
      const late = past(body.expires_at, clock.now());
      if (late) return refuse(late);
      const { record, key } = await keys.create(body, holder.id);
      return answer({ ...viewKey(record, clock.now()), key }, 201);
    },
  }),
  route({
    method: 'PATCH',
    path: '/v1/api-keys/:id',
    scope: 'admin',
    summary: 'Change an API key',
    description: 'Its name, when it ends, and scopes taken away. What is left out stays.',
    body: changed,
    answers: { 200: shownKey },
    problems: ['not_found', 'key_over', 'last_admin_key', 'conflict_persists'],
    handle: async ({ params, body, holder, refuse }, { keys, clock }) => {
      const late = past(body.expires_at, clock.now());
      if (late) return refuse(late);
      const done = await keys.change(params.id, body, holder.id);
      return done.ok ? answer(viewKey(done.value, clock.now())) : refuse(done.problem);
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/api-keys/:id',
    scope: 'admin',
    summary: 'Revoke an API key',
    name: 'revokeApiKey',
    description: 'It opens nothing from now on. It stays in the list, with the time at which it was revoked.',
    answers: { 200: shownKey },
    problems: ['not_found', 'last_admin_key'],
    handle: async ({ params, holder, refuse }, { keys, clock }) => {
      const revoked = await keys.revoke(params.id, holder.id);
      return revoked.ok ? answer(viewKey(revoked.value, clock.now())) : refuse(revoked.problem);
    },
  }),
];
