/**
 * The one table of expected failures: code → stage, status, retry, title, hint. API bodies, console advice, log
 * lines and docs/problems.md come from it.
 */

/** Where in the river a failure arises. */
export type Stage =
  | 'config'
  | 'receive'
  | 'verify'
  | 'store'
  | 'gather'
  | 'normalize'
  | 'merge'
  | 'map'
  | 'plan'
  | 'settle'
  | 'api';

/** `later`: the machine tries again. `after-change`: it goes on once a person changed something. */
export type Retry = 'never' | 'later' | 'after-change';

export interface Entry {
  readonly stage: Stage;
  /** The HTTP status where this failure answers a request. */
  readonly status: number;
  readonly retry: Retry;
  readonly title: string;
  /** What the reader can do about it, in one or two sentences. */
  readonly hint: string;
}

export const PROBLEMS = {
  // walk one
  source_unknown: {
    stage: 'receive',
    status: 404,
    retry: 'after-change',
    title: 'No such source',
    hint: 'The path ends with the name of a mapping file: mappings/<name>.yaml. `keyferry check` lists the sources.',
  },
  source_closed: {
    stage: 'receive',
    status: 404,
    retry: 'after-change',
    title: 'This source is closed',
    hint: 'A secret or another setting of this source is missing. Set the environment variable that `keyferry check` names and start again.',
  },
  secret_white_space: {
    stage: 'config',
    status: 404,
    retry: 'after-change',
    title: 'This source is closed: a secret has white space in it',
    hint: 'It was copied with a line break or a blank inside. Copy it again, as one line, and start again.',
  },
  body_too_large: {
    stage: 'receive',
    status: 413,
    retry: 'after-change',
    title: 'The body is larger than the limit',
    hint: 'Raise KEYFERRY_MAX_BODY_BYTES if the sender is right; the shop will send the event again.',
  },
  body_unreadable: {
    stage: 'receive',
    status: 400,
    retry: 'later',
    title: 'The body did not arrive whole',
    hint: 'The connection broke while the body was read. The shop sends the event again by itself.',
  },
  signature_missing: {
    stage: 'verify',
    status: 400,
    retry: 'never',
    title: 'The delivery is not signed',
    hint: 'Only the shop can post here. If a proxy stands between, let it pass all headers through.',
  },
  signature_malformed: {
    stage: 'verify',
    status: 400,
    retry: 'never',
    title: 'The signature header cannot be read',
    hint: 'Let proxies pass the signature header through as it came, once.',
  },
  signature_wrong: {
    stage: 'verify',
    status: 401,
    retry: 'after-change',
    title: 'The signature fits none of the secrets',
    hint: "Copy this endpoint's signing secret again (each endpoint, and each mode, has its own), and let no proxy change the body.",
  },
  signature_stale: {
    stage: 'verify',
    status: 401,
    retry: 'after-change',
    title: 'The signature is too old or from the future',
    hint: "Set this machine's clock by NTP; deliveries are accepted within 300 seconds. The shop signs every retry afresh.",
  },
  body_malformed: {
    stage: 'verify',
    status: 400,
    retry: 'never',
    title: 'The signed body is not what this integration reads',
    hint: 'Point only webhooks of this shop at this source.',
  },
  not_stored: {
    stage: 'store',
    status: 503,
    retry: 'later',
    title: 'The database cannot be written',
    hint: 'Look at the disk (space, permissions) and at other programs that hold the database; where it is a server, at the server and its token. The shop sends the event again by itself.',
  },

  // walk two
  mode_mismatch: {
    stage: 'normalize',
    status: 422,
    retry: 'after-change',
    title: 'The event is of the other mode',
    hint: "This source's mapping says another `mode` than the event. Point the test endpoint at a test source and the live endpoint at a live one, then replay.",
  },
  type_unknown: {
    stage: 'normalize',
    status: 422,
    retry: 'after-change',
    title: 'This type of event changes no license',
    hint: 'It was stored and answered with 200. You may take it off the list of events of the endpoint.',
  },
  not_a_sale: {
    stage: 'normalize',
    status: 422,
    retry: 'never',
    title: 'The event speaks of nothing that is sold',
    hint: 'Nothing to do: for example a set-up session, or a sample sent by the shop.',
  },
  topic_mismatch: {
    stage: 'normalize',
    status: 422,
    retry: 'after-change',
    title: 'The topic does not fit the body',
    hint: 'The topic header is not signed; something changed it, or a webhook points to the wrong place. Compare the stored body with the topic, mend the webhook, replay.',
  },
  fields_missing: {
    stage: 'normalize',
    status: 422,
    retry: 'after-change',
    title: 'The payload leaves out fields that are needed',
    hint: "Take the field filter off this webhook, or add the fields that the integration's README names, then replay.",
  },
  body_unparsable: {
    stage: 'normalize',
    status: 422,
    retry: 'after-change',
    title: 'The stored body cannot be read',
    hint: 'The signature was right, but the body is not the JSON that this integration knows. Please report it with the event id.',
  },
  subscription_unsupported: {
    stage: 'normalize',
    status: 422,
    retry: 'after-change',
    title: 'Subscriptions are not carried by this version yet',
    hint: 'The event is kept. Update Keyferry and replay it.',
  },
  api_key_needed: {
    stage: 'gather',
    status: 422,
    retry: 'after-change',
    title: 'The shop must be asked, and no API key is set',
    hint: "Add the API key that the integration's README describes to this source's settings, then replay.",
  },
  api_key_refused: {
    stage: 'gather',
    status: 422,
    retry: 'after-change',
    title: 'The shop refused the API key',
    hint: "Check the key and its permissions against the integration's README, then replay.",
  },
  line_items_unavailable: {
    stage: 'gather',
    status: 503,
    retry: 'later',
    title: 'The lines of this sale could not be fetched',
    hint: 'The shop did not answer. It is asked again by itself.',
  },
  shop_unavailable: {
    stage: 'gather',
    status: 503,
    retry: 'later',
    title: 'The shop did not answer',
    hint: 'It is asked again by itself.',
  },
  shop_object_gone: {
    stage: 'gather',
    status: 422,
    retry: 'after-change',
    title: 'The shop no longer knows this object',
    hint: 'It was deleted, or the API key belongs to another account or mode. Check the key, then replay.',
  },
  answer_missing: {
    stage: 'gather',
    status: 422,
    retry: 'after-change',
    title: 'This event has no stored answer of the shop',
    hint: 'Replay it with `refresh`.',
  },
  sale_unknown: {
    stage: 'merge',
    status: 404,
    retry: 'later',
    title: 'The sale of this event is not known yet',
    hint: 'It waits and joins by itself when the sale arrives. If the sale is older than Keyferry, nothing is to be done.',
  },
  unmapped: {
    stage: 'map',
    status: 422,
    retry: 'after-change',
    title: 'No rule fits this line',
    hint: "Add a rule to the source's mapping; the line issues by itself.",
  },
  line_refs_unknown: {
    stage: 'map',
    status: 422,
    retry: 'after-change',
    title: 'Without an API key the lines of this sale cannot be told apart',
    hint: 'Map by payment link, metadata or mode, or set an API key; the line issues by itself once a rule fits, or on replay with `refresh`.',
  },
  template_empty: {
    stage: 'map',
    status: 422,
    retry: 'after-change',
    title: 'A template of the rule yields nothing',
    hint: 'Give the shop product the field that the template reads, or write a value into the rule.',
  },
  value_invalid: {
    stage: 'map',
    status: 422,
    retry: 'after-change',
    title: 'A value of the rule does not fit the catalog',
    hint: 'Mend the rule or the catalog at the path that is named.',
  },
  quantity_unknown: {
    stage: 'map',
    status: 422,
    retry: 'after-change',
    title: 'The quantity of this line is not a number of units',
    hint: 'Metered or open quantities cannot be licensed by unit. Use `per: line` in the rule.',
  },
  too_many_units: {
    stage: 'map',
    status: 422,
    retry: 'after-change',
    title: 'The line has more units than allowed',
    hint: 'Use `per: line` with `max_activations: "{{quantity}}"`, or raise KEYFERRY_MAX_UNITS_PER_LINE.',
  },
  conflict_persists: {
    stage: 'settle',
    status: 503,
    retry: 'later',
    title: 'Others kept changing the same sale',
    hint: 'It is tried again by itself.',
  },
  bug: {
    stage: 'settle',
    status: 500,
    retry: 'later',
    title: 'Keyferry itself failed here',
    hint: 'Nothing is lost: the event is kept and parked after its attempts. Please report it with the log line of this time.',
  },

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
  body_pruned: {
    stage: 'api',
    status: 409,
    retry: 'never',
    title: 'The body of this event is no longer stored',
    hint: 'Ask the shop to send it again, or reconcile the source.',
  },
} as const satisfies Record<string, Entry>;
