/**
 * The one table of expected failures: code → stage, status, retry, title, hint. API bodies, console advice, log
 * lines and docs/problems.md come from it.
 */
import type { Entry } from './problem-entry.ts';
import { RIVER_PROBLEMS } from './problems-of-the-river.ts';

export const PROBLEMS = {
  ...RIVER_PROBLEMS,

  // configuration
  config_invalid: {
    stage: 'config',
    status: 422,
    retry: 'after-change',
    title: 'The configuration has errors',
    hint: 'Each error names its file and path. The last good revision keeps running.',
  },

  database_outdated: {
    stage: 'config',
    status: 503,
    retry: 'after-change',
    title: "The database lacks this version's tables",
    hint: 'Run `npx wrangler d1 migrations apply keyferry --remote` for D1, or `keyferry migrate` for a libSQL server. Nothing was acknowledged: the shops send again by themselves.',
  },

  database_newer: {
    stage: 'config',
    status: 503,
    retry: 'after-change',
    title: 'A newer Keyferry has brought the database to tables that this one does not know',
    hint: 'Run that version or a newer one, or restore a backup from before it. Nothing is taken up until then: the shops send again by themselves.',
  },

  // management API
  key_missing: {
    stage: 'api',
    status: 401,
    retry: 'after-change',
    title: 'No valid API key',
    hint: 'Send `Authorization: Bearer <key>`. `keyferry keys create` makes a key; `keyferry keys reset-admin` makes a new admin key.',
  },
  scope_missing: {
    stage: 'api',
    status: 403,
    retry: 'after-change',
    title: "This API key's scope does not allow it",
    hint: 'Use a key with the scope that is named.',
  },
  rate_limited: {
    stage: 'api',
    status: 429,
    retry: 'later',
    title: 'This API key asks too often',
    hint: 'Wait as long as `Retry-After` says. Lists bring up to 200 rows at once; programs that need more each have a key of their own.',
  },
  edited_meanwhile: {
    stage: 'api',
    status: 412,
    retry: 'after-change',
    title: 'It was changed after you read it',
    hint: 'Read it anew, look at what changed, and send your change with the new `ETag` as `If-Match`.',
  },
  referenced: {
    stage: 'api',
    status: 409,
    retry: 'after-change',
    title: 'Something else still needs it',
    hint: 'The errors name what does. Change or delete that first.',
  },
  job_over: {
    stage: 'api',
    status: 409,
    retry: 'never',
    title: 'This job is over',
    hint: 'Only what still runs can be cancelled, and only what failed or was cancelled goes on with `resume`. Ask for a new job.',
  },
  not_found: {
    stage: 'api',
    status: 404,
    retry: 'after-change',
    title: 'Not found',
    hint: 'Check the id or the name.',
  },
  request_invalid: {
    stage: 'api',
    status: 422,
    retry: 'after-change',
    title: 'The request does not fit',
    hint: 'Each error names its place in the request.',
  },
  method_not_allowed: {
    stage: 'api',
    status: 405,
    retry: 'never',
    title: 'This address does not answer that method',
    hint: 'The `Allow` header says which methods it answers.',
  },
  request_too_large: {
    stage: 'api',
    status: 413,
    retry: 'after-change',
    title: 'The request is larger than the limit',
    hint: 'Split it; the limit is named in the detail.',
  },
  request_unreadable: {
    stage: 'api',
    status: 400,
    retry: 'after-change',
    title: 'The request body is not JSON',
    hint: 'Send JSON with `Content-Type: application/json`.',
  },
  request_malformed: {
    stage: 'api',
    status: 400,
    retry: 'after-change',
    title: 'This is no HTTP request',
    hint: 'Send HTTP 1.1 with a Host header. Behind TLS, let the proxy in front take it off: Keyferry itself speaks plain HTTP.',
  },
  headers_too_large: {
    stage: 'api',
    status: 431,
    retry: 'after-change',
    title: 'The headers are larger than the limit',
    hint: 'Send fewer or shorter headers; cookies and tokens that a proxy adds are the usual cause.',
  },
  request_too_slow: {
    stage: 'api',
    status: 408,
    retry: 'later',
    title: 'The request did not arrive in time',
    hint: 'Send it again, in one go. A shop does so by itself.',
  },
  catalog_missing: {
    stage: 'api',
    status: 409,
    retry: 'after-change',
    title: 'Nothing is sold yet: there is no catalog',
    hint: 'Write catalog.yaml into the mappings folder (`keyferry init` writes one to start from), or send one with `PUT /v1/mappings/{source}`.',
  },
  exists_with_different_content: {
    stage: 'api',
    status: 409,
    retry: 'never',
    title: 'An order of this id was entered before, with other content',
    hint: 'Each error names a difference; nothing was changed. Send the same content for the same order, another id for a new one, or `append: true` to add items.',
  },
  line_not_parked: {
    stage: 'api',
    status: 409,
    retry: 'never',
    title: 'This line waits for nobody',
    hint: 'What a line was issued as stays. `POST /v1/parked/{id}/unresolve` takes back what a person chose; to give another product besides, enter an order by hand.',
  },
  line_stays_parked: {
    stage: 'api',
    status: 409,
    retry: 'after-change',
    title: 'The line would wait all the same',
    hint: 'Mend what the detail names, or choose otherwise; `per: line` gives one license whatever the quantity is. Nothing was changed.',
  },
  review_gone: {
    stage: 'api',
    status: 404,
    retry: 'never',
    title: 'This review is not proposed, or no longer',
    hint: "What it was about was settled otherwise, for example because the shop's refund failed. The order's timeline tells how.",
  },
  review_decided: {
    stage: 'api',
    status: 409,
    retry: 'never',
    title: 'This review was decided the other way',
    hint: 'A decision is final for its cause; `GET /v1/reviews/{id}` says who made it and when. A new cause makes a new review.',
  },
  sold_since_missing: {
    stage: 'api',
    status: 409,
    retry: 'after-change',
    title: 'The mapping does not say which sales are from before Keyferry',
    hint: 'Write `sold_since: <date>` at the top of the mapping, the day from which Keyferry gives out the keys; else each older sale would get a new one. Then ask again.',
  },
  request_by_itself: {
    stage: 'api',
    status: 409,
    retry: 'never',
    title: 'Keyferry carries out this request itself',
    hint: 'A redaction is done when all of it is; `GET /v1/privacy/requests/{id}` says how far it got. Only an export is marked by hand.',
  },
  body_pruned: {
    stage: 'api',
    status: 409,
    retry: 'never',
    title: 'The body of this event is no longer stored',
    hint: 'Ask the shop to send it again, or reconcile the source.',
  },
} as const satisfies Record<string, Entry>;
