/**
 * GET /v1/audit: who changed what, and what stood there before. What must never happen here: a way to change what is
 * written.
 */
import * as z from 'zod';
import { type AuditRecord, COMMAND, HOUSE } from '../../core/audit.ts';
import { ENVIRONMENT_KEY } from '../../core/records.ts';
import { iso, moment } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { time, word } from '../request.ts';
import { type Route, route } from './route.ts';

/** Whoever acts without a key of its own. */
const NAMES: Readonly<Record<string, string>> = {
  [ENVIRONMENT_KEY]: 'KEYFERRY_ADMIN_KEY',
  [COMMAND]: 'the command line',
  [HOUSE]: 'Keyferry itself',
};

function viewEntry(it: AuditRecord) {
  const { id, at, actor, actor_name, action, subject, before, after, note } = it;
  const named = actor_name ?? (Object.hasOwn(NAMES, actor) ? (NAMES[actor] ?? null) : null);
  return {
    id,
    at: iso(at),
    actor: { id: actor, name: named },
    action,
    subject,
    before,
    after,
    note: note ?? null,
  };
}

const LIST = byId('audit');
const query = z.strictObject({
  actor: word
    .optional()
    .describe('The id of an API key, `environment`, `command`, `keyferry`, a source, or a file.'),
  subject: word.optional().describe('The id of what was changed.'),
  action: word.optional().meta({ examples: ['license.suspend'] }),
  from: time.optional().describe('At this time or later.'),
  to: time.optional().describe('Before this time.'),
  ...pageFields(LIST),
});
const entry = z
  .object({
    id: z.string(),
    at: moment,
    actor: z.object({ id: z.string(), name: z.string().nullable().describe('As it is called now.') }),
    action: z.string().meta({ examples: ['license.suspend', 'api_key.create', 'mapping.put'] }),
    subject: z.string().describe('The id of what was changed.'),
    before: z.unknown().describe('What stood there, as far as it changed; null of what was not there.'),
    after: z.unknown().describe('What stands there since; null of what is gone.'),
    note: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry', description: 'One change: who made it, and what it was.' });

export const audit: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/audit',
    scope: 'admin',
    summary: 'List what was changed',
    description:
      'Every change that a person or a program made, with who, what stood there before, and what stands there since; ' +
      'the newest first. What a shop said, and what time brought, stands in the timelines of orders. Entries are never ' +
      'changed, but for the names of a person who is forgotten.',
    query,
    answers: { 200: pageOf(entry) },
    handle: async ({ query: asked }, { records }) =>
      answerPage(LIST, await records.audit(asked, sliceOf(asked)), viewEntry),
  }),
];
