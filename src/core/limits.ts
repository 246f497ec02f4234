/** Every limit of size, count and time, named in one place. `_ms` milliseconds, `_bytes` bytes. */
export const LIMITS = {
  /** Default for KEYFERRY_MAX_BODY_BYTES: the largest webhook body. */
  body_bytes: 1024 * 1024,
  /** Bodies are stored in parts of this size, below the smallest value limit of any database we run on. */
  body_part_bytes: 512 * 1024,
  /** The end of the year 9999: later times are none, whoever says them. */
  latest_time_ms: 253_402_300_799_000,
  /** Headers of a request, how long they may take, and the whole request: whoever sends byte by byte is not waited for. */
  header_bytes: 16 * 1024,
  headers_ms: 10_000,
  request_ms: 30_000,
  /** An idle connection stays open longer than proxies keep theirs (60 s): what ends first must be their side. */
  keep_alive_ms: 65_000,
  /** A connection on which nothing moves, not even the answer, is ended. */
  silent_ms: 120_000,
  /** How often connections are looked at for these times. */
  connections_looked_at_ms: 1_000,
  /** A signature's age, either way, where the shop signs a time. */
  signature_tolerance_ms: 300_000,
  /** Default for KEYFERRY_MAX_UNITS_PER_LINE: more units than this on one line park it. */
  units_per_line: 1000,
  /** Units of one order that become licenses; the line that would pass it parks. Never less than the bound per line. */
  units_per_order: 5000,
  /** Items of one order by hand, and of one request that appends. */
  order_items: 200,
  /** Names of its sale that one event may tell, and ways in which it may tell one part of one thing. */
  told_names: 1000,
  told_words: 32,
  /** A claimed event comes free again after this long without a renewal. */
  lease_ms: 8_000,
  /** A clock that goes back by less is waited for; by more, it was set. */
  clock_step_ms: 1_000,
  /** How often a worker renews what it holds. */
  lease_renew_ms: 2_500,
  /** After so many deaths an event is suspect: of those, a worker holds one at a time. */
  suspect_deaths: 2,
  /** Workers that may die holding one event before it is parked: so many that it is no chance, whatever else kills them. */
  deaths: 10,
  /** Events claimed at once. */
  claim_count: 64,
  /** Events of one source under way at once in one process: a shop that hangs leaves room for the others. */
  source_count: 256,
  /** Rounds with events of one source at once in one process, which has eight. */
  source_rounds: 6,
  /** Events that waited for one sale and settle together with it; the sale wakes the others. */
  waiter_count: 100,
  /** Questions to one shop at once: its rate limits are not ours to spend. */
  ask_count: 8,
  /** A subscription waits this long for its checkout to be told, before it is licensed without. */
  origin_wait_ms: 15 * 60_000,
  /** An event that waits this long for its sale raises an alarm. */
  wait_for_sale_alarm_ms: 24 * 3_600_000,
  /** How long an event waits for the sale it speaks of before it is ignored. */
  wait_for_sale_ms: 30 * 24 * 3_600_000,
  /** An answer of a shop: a hundred lines with all that hangs on them are far below. */
  answer_bytes: 16 * 1024 * 1024,
  /** A request to a shop. */
  ask_timeout_ms: 7_000,
  /** Questions in a row that bring nothing, after which a shop rests. */
  shop_failures: 5,
  /** Its first rest; each further one is twice as long, up to the most. */
  shop_rest_ms: 5_000,
  shop_rest_most_ms: 5 * 60_000,
  /** The longest rest that a shop may ask for. */
  shop_told_rest_ms: 15 * 60_000,
  /** How long the one question is waited for that is let through after a rest, and how long the others wait then. */
  shop_probe_ms: 60_000,
  shop_probed_ms: 2_000,
  /** After a rest, those who waited come back within half of it and at most this time, not all at once. */
  shop_spread_ms: 150_000,
  /** Attempts at settling against others who change the same sale. */
  settle_attempts: 12,
  /** A busy wait for the database's lock. */
  busy_timeout_ms: 5_000,
  /** A webhook waits so long for its event to be stored: shops give up after five seconds. */
  store_wait_ms: 4_500,
  /** A request to a database server, and the wait for a turn to send it: shops wait for walk one no longer. */
  database_request_ms: 5_000,
  /** Refused deliveries that are kept of one source, and of all unknown paths together; as many again of those only supposed. */
  refusals_kept: 100,
  /** Of one source and reason, one refusal in this time is kept: anyone can send a wrong signature. */
  refusal_every_ms: 1_000,
  /** Letters of a stranger's text that are kept. */
  refusal_text: 200,
  /** Bodies larger than this are not tried in other spellings when they are refused. */
  diagnosed_bytes: 256 * 1024,
  /** Signatures computed at most in each round of saying why a delivery was refused: others' secrets, then other spellings. */
  diagnosed_tries: 64,
  /** Entries of an order's or a license's timeline that are shown: the newest. */
  timeline_count: 200,
  /** Changes shown of one entry that has very many, and of one review. */
  told_changes: 50,
  /** Letters of the changes of one entry, and of one review: a page of them stays below what one answer of a database holds. */
  told_letters: 24_000,
  /** Letters of the values that people gave one license by hand, as JSON. */
  values_letters: 16_000,
  /** Letters of a key that was given out before Keyferry. */
  given_key_letters: 200,
  /** Such keys taken in with one request. */
  given_keys_at_once: 500,
  /** Parked lines that a new rule is tried on for whoever asks what else it would resolve, and those that are named. */
  parked_tried: 2_000,
  parked_named: 50,
  /** Sales that are read at once for that. */
  parked_read: 50,
  /** Sales of one page of a shop's list when they are adopted, and of one step of a reconciliation: each is asked for. */
  listed_sales: 100,
  reconciled_sales: 20,
  /** Failures of a step by one sale alone, after which it is told and the others go on. */
  reconciled_failures: 9,
  /** Of one's own orders, asked about together whether the shop knows them. */
  reconciled_orders: 50,
  /** Names of sales that a reconciliation looked at last: they are not looked at again when another list names them. */
  reconciled_names: 2000,
  /** How long the law leaves for a request of a person. */
  privacy_due_ms: 30 * 24 * 3_600_000,
  /** Orders and events that one step of a redaction takes up. */
  redacted_orders: 4,
  redacted_events: 16,
  /** Orders of one page of an export, and the bytes after which it ends. */
  exported_orders: 20,
  exported_bytes: 4 * 1024 * 1024,
  /** Bytes and rows of a file that is imported, the bytes of one of its rows, and those of the parts in which it is kept. */
  import_bytes: 64 * 1024 * 1024,
  import_rows: 500_000,
  import_row_bytes: 64 * 1024,
  import_part_bytes: 256 * 1024,
  /** Letters of one text of a customer that is imported. */
  import_text_letters: 2000,
  /** Rows that must fit before a file is taken, and customers and bytes that one step of its import takes up. */
  import_first_rows: 20,
  import_step_customers: 500,
  import_step_bytes: 64 * 1024,
  /** Orders of an import under way at once: so many share a commit. */
  import_at_once: 64,
  /** A file whose upload was never finished is thrown away after this long. */
  import_upload_ms: 24 * 3_600_000,
  /** Rows that an export reads at once. */
  export_rows: 200,
  /** Events that one step of a replay sends through at most, and after how long it begins no more of them. */
  replayed_events: 32,
  job_step_ms: 2_000,
  /** Events that are named one by one for a replay. */
  replayed_ids: 1000,
  /** What a job has before it is counted up to here; of more the number is not known. */
  job_counted: 100_000,
  /** How far back a scheduled run goes at most for what was missed, unless its window says more. */
  schedule_back_ms: 60 * 24 * 3_600_000,
  /** Jobs that failed are told by /metrics for so long after they were asked for. */
  failed_jobs_ms: 7 * 24 * 3_600_000,
  /** Rows that a look at /metrics counts at most of one kind: more are told as so many. */
  counted_rows: 10_000,
  /** What still needs something that is to be deleted: counted up to so many, and so many named. */
  counted_references: 1_000,
  named_references: 5,
  /** Types of events that are counted by their name; the others are counted together. */
  counted_types: 100,
  /** Letters of a code in the catalog: it stands in addresses. */
  code_letters: 200,
  /** Letters of a mapping file, how deep it and a request may nest, and how many values it may hold, aliases written out. */
  mapping_letters: 512 * 1024,
  data_depth: 64,
  data_values: 250_000,
  /** Aliases in one file. */
  mapping_aliases: 1000,
  /** Errors that are told of one file or one request: whoever makes more mends these first. */
  faults_told: 100,
  page_default: 50,
  page_max: 200,
  /** Rows that one page looks at where no index knows which of them it asks for. */
  looked_rows: 10_000,
  /** Bytes of a management API request. */
  api_body_bytes: 1024 * 1024,
  /** Requests that one API key may make at once, and in each second on end. The key of the environment has no such limit. */
  key_requests: 300,
  key_requests_a_second: 50,
  /** Shortest admin key that the environment may bring, in characters. */
  admin_key_length: 32,
} as const;
