/** GET /v1/sources: every door, open or closed and why, and what a person should know of it. */
import * as z from 'zod';
import { NOT_ASKED, type ShopState } from '../../core/breaker.ts';
import type { ProblemCode } from '../../core/problem.ts';
import { PROBLEMS } from '../../core/problems.ts';
import type { AlarmRecord, SourceNotes } from '../../core/records.ts';
import type { Silence } from '../../core/silence.ts';
import type { SourceStatus } from '../../core/sources.ts';
import { iso, moment, shownProblem, viewProblem } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceList, sliceOf } from '../page.ts';
import { type Route, route } from './route.ts';

const shownSource = z
  .object({
    name: z.string(),
    integration: z.string(),
    mode: z.enum(['live', 'test']),
    open: z.boolean(),
    problem: shownProblem.nullable().describe('Why it is closed.'),
    revision: z.int(),
    webhook_path: z.string(),
    shop: z
      .object({
        state: z
          .enum(['closed', 'open', 'half_open'])
          .describe('Of its breaker; `open`: the shop is left alone.'),
        failures: z.int().describe('Questions in a row that brought nothing.'),
        until: moment.nullable().describe('When it is asked again.'),
        problem: shownProblem.nullable(),
      })
      .describe('Whether the shop can be asked.'),
    last_event_at: moment.nullable(),
    silent_since: moment.nullable().describe('Nothing comes for much longer than ever.'),
    last_problem: shownProblem
      .extend({ at: moment, event_id: z.string().nullable(), order_id: z.string().nullable() })
      .nullable(),
    flags: z.array(
      z.object({
        code: z.string(),
        count: z.int(),
        last_at: moment,
        detail: z.string(),
        title: z.string(),
        hint: z.string(),
      }),
    ),
  })
  .meta({ id: 'Source', description: 'One configured shop account.' });

function viewSource(
  it: SourceStatus,
  notes: SourceNotes | undefined,
  silence: Silence | undefined,
  shop: ShopState = NOT_ASKED,
) {
  const last = notes?.last_problem ?? null;
  return {
    ...it,
    problem: viewProblem(it.problem),
    shop: { ...shop, until: iso(shop.until), problem: viewProblem(shop.problem) },
    last_event_at: iso(notes?.last_event_at ?? null),
    // From one that is closed nothing can come: it says why itself.
    silent_since: it.open ? iso(silence?.silent_since ?? null) : null,
    last_problem: last && {
      ...viewProblem(last.problem),
      at: iso(last.at),
      event_id: last.event_id,
      order_id: last.order_id,
    },
    flags: (notes?.alarms ?? []).map(viewAlarm),
  };
}

function viewAlarm({ code, count, last_at, detail }: AlarmRecord) {
  const { title, hint } = isCode(code) ? PROBLEMS[code] : { title: code, hint: '' };
  return { code, count, last_at: iso(last_at), detail, title, hint };
}

function isCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

const LIST = byId('sources');

export const sources: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/sources',
    scope: 'read',
    summary: 'List sources',
    description: 'Every door, open or closed and why, and what a person should know of it.',
    query: z.strictObject(pageFields(LIST)),
    answers: { 200: pageOf(shownSource) },
    handle: async ({ query }, ports) => {
      const statuses = await ports.sources.statuses();
      const page = sliceList(statuses, sliceOf(query), keyOf, ({ name }, [last]) => name > last);
      const names = page.items.map(({ name }) => name);
      const [notes, silences] = await Promise.all([ports.records.notes(names), ports.silences.of(names)]);
      const shops = ports.bridge.shops();
      return answerPage(LIST, page, (it) =>
        viewSource(it, notes.get(it.name), silences.get(it.name), shops.get(it.name)),
      );
    },
  }),
];

function keyOf({ name }: SourceStatus): readonly [string] {
  return [name];
}
