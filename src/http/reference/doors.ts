/**
 * What is answered beside the management API, as openapi.json tells it: where shops post, health, numbers, and the
 * reference itself. Nothing is routed from here; app.ts does that. What must never happen here: a door that is not there.
 */
import * as z from 'zod';
import { moment } from '../answers.ts';
import type { Route } from '../management/route.ts';

export interface Door extends Pick<Route, 'path' | 'summary' | 'description' | 'answers' | 'problems'> {
  readonly method: 'GET' | 'POST';
  readonly name: string;
  /** It asks for a key of this API. */
  readonly key: boolean;
  /** What it answers, where that is no JSON. */
  readonly media?: string;
}

const ready = z.object({
  ready: z.boolean(),
  database: z.enum(['ok', 'unavailable']),
  sources_open: z.int(),
  sources_closed: z.int(),
  oldest_due_ms: z.int().describe('For how long the oldest event that is due has waited for a worker.'),
  shops: z.record(
    z.string(),
    z.object({ state: z.enum(['closed', 'open', 'half_open']), until: moment.nullable() }),
  ),
});

export const DOORS: readonly Door[] = [
  {
    method: 'POST',
    path: '/webhooks/:source',
    name: 'receiveWebhook',
    summary: 'Receive a webhook',
    description:
      'Where a shop posts. Signed by the shop over the raw body, so no key is asked for. 200 comes only once the event is on the disk; whatever else, the shop sends it again.',
    answers: {
      200: z.object({
        received: z.literal(true),
        event: z.string().describe('The id of the event.'),
        duplicate: z.boolean().describe('It was there before.'),
      }),
    },
    problems: [
      'source_unknown',
      'source_closed',
      'body_too_large',
      'body_unreadable',
      'signature_missing',
      'signature_malformed',
      'signature_wrong',
      'signature_stale',
      'body_malformed',
      'not_stored',
    ],
    key: false,
  },
  {
    method: 'GET',
    path: '/healthz',
    name: 'isAlive',
    summary: 'Does the process live',
    answers: { 200: z.object({ status: z.literal('ok'), version: z.string() }) },
    key: false,
  },
  {
    method: 'GET',
    path: '/readyz',
    name: 'isReady',
    summary: 'Should it be sent webhooks',
    description: 'A source that is closed makes nothing unready.',
    answers: { 200: ready, 503: ready },
    key: false,
  },
  {
    method: 'GET',
    path: '/metrics',
    name: 'readMetrics',
    summary: 'Numbers for Prometheus',
    description: 'From another machine with a key that may read; from this one without.',
    answers: { 200: z.string() },
    problems: ['key_missing', 'scope_missing', 'rate_limited'],
    key: true,
    media: 'text/plain',
  },
  {
    method: 'GET',
    path: '/openapi.json',
    name: 'readOpenapi',
    summary: 'This API, for programs',
    answers: { 200: z.record(z.string(), z.unknown()) },
    key: false,
  },
  {
    method: 'GET',
    path: '/docs',
    name: 'readReference',
    summary: 'This API, for people',
    answers: { 200: z.string() },
    key: false,
    media: 'text/html',
  },
];
