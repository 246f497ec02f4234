/** /v1/api-keys: who may use this API. A key is shown in the answer that makes it, and never again. */
import * as z from 'zod';
import { invalid, type Problem } from '../../core/problem.ts';
import { type ApiKeyRecord, SCOPES, stateOfKey } from '../../core/records.ts';
import { answer, iso } from '../answers.ts';
import { answerPage, byId, pageFields, sliceOf } from '../page.ts';
import { name, nothing, readQuery, readRequest, time } from '../request.ts';
import { gone, param, type Route, refuse, route } from './route.ts';

/** Without the key itself, which is stored nowhere. */
export function viewKey(it: ApiKeyRecord, now: number) {
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

const keyView = z
  .object({
    id: z.string().meta({ examples: ['key_01m6qz2v9k3h5r7t8w4x6y0ab1'] }),
    name: z.string(),
    state: z.enum(['valid', 'expired', 'revoked']).describe('Whether it opens anything.'),
    scopes: z.array(z.enum(SCOPES)).describe('Each includes those before it: read, issue, operate, admin.'),
    created_at: z.string(),
    expires_at: z.string().nullable(),
    last_used_at: z.string().nullable().describe('To the minute.'),
    revoked_at: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });
const LIST = byId('api-keys');
const asked = z.strictObject({
  name,
  scopes: z.array(z.enum(SCOPES)).min(1).default(['read']),
  expires_at: time.nullable().default(null),
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
  {
    method: 'GET',
    path: '/v1/api-keys',
    scope: 'admin',
    handle: async (c, { keys, clock }) => {
      const read = await readQuery(c, z.strictObject(pageFields(LIST)));
      if (!read.ok) return refuse(c, read.problem);
      const now = clock.now();
      return answerPage(LIST, await keys.list(sliceOf(read.value)), (it) => viewKey(it, now));
    },
  },
  route({
    method: 'GET',
    path: '/v1/api-keys/:id',
    scope: 'admin',
    summary: 'Read an API key',
    description: 'Without the key itself, which is stored nowhere.',
    answers: { 200: keyView },
    problems: ['not_found'],
    handle: async ({ params, refuse: no }, { keys, clock }) => {
      const found = await keys.get(params.id);
      return found ? answer(viewKey(found, clock.now())) : no(gone('no API key of this id'));
    },
  }),
  {
    method: 'POST',
    path: '/v1/api-keys',
    scope: 'admin',
    handle: async (c, { keys, clock }) => {
      const read = await readRequest(c, { query: nothing, body: asked });
      if (!read.ok) return refuse(c, read.problem);
      const late = past(read.value.body.expires_at, clock.now());
      if (late) return refuse(c, late);
      const { record, key } = await keys.create(read.value.body, c.get('holder').id);
      return answer({ ...viewKey(record, clock.now()), key }, 201);
    },
  },
  route({
    method: 'PATCH',
    path: '/v1/api-keys/:id',
    scope: 'admin',
    summary: 'Change an API key',
    description: 'Its name, when it ends, and scopes taken away. What is left out stays.',
    body: changed,
    answers: { 200: keyView },
    problems: ['not_found', 'key_over', 'last_admin_key'],
    handle: async ({ params, body, holder, refuse: no }, { keys, clock }) => {
      const late = past(body.expires_at, clock.now());
      if (late) return no(late);
      const done = await keys.change(params.id, body, holder.id);
      return done.ok ? answer(viewKey(done.value, clock.now())) : no(done.problem);
    },
  }),
  {
    method: 'DELETE',
    path: '/v1/api-keys/:id',
    scope: 'admin',
    handle: async (c, { keys, clock }) => {
      const revoked = await keys.revoke(param(c, 'id'), c.get('holder').id);
      return revoked.ok ? answer(viewKey(revoked.value, clock.now())) : refuse(c, revoked.problem);
    },
  },
];
