/**
 * What is kept of requests by law, and what may be asked of it. Beside the river. What must never happen behind it: a
 * tombstone taken back, or half of a person forgotten and called done.
 */
import type { CustomerRecord } from './people.ts';
import type {
  Asked,
  AskedRedaction,
  NewRequest,
  Progress,
  Redacted,
  RequestFilter,
  RequestRecord,
  Sought,
  Touched,
} from './privacy.ts';
import type { Result } from './problem.ts';
import type { IdKey, OrderRecord, Slice, Sliced, WholeEvent } from './records.ts';
import type { Burials } from './store.ts';
import type { Buyer } from './things.ts';
import type { Timeline } from './timeline.ts';
import type { BuriedName } from './tombstones.ts';

export interface FoundOrder {
  readonly id: string;
  /** Its own shop said so of its buyer, now or before. False: look at the sale. */
  readonly told: boolean;
}

/** What storage keeps for these requests; every write is done twice without harm. */
export interface PrivacyStore extends Burials {
  /** One that was said by hand. @returns its id */
  addRequest(it: NewRequest): Promise<string>;
  privacyRequest(id: string): Promise<RequestRecord | null>;
  privacyRequests(filter: RequestFilter, slice: Slice<IdKey>): Promise<Sliced<RequestRecord, IdKey>>;
  /** The oldest redaction that is not done, but for these. */
  openRedaction(except: readonly string[]): Promise<RequestRecord | null>;
  saveProgress(id: string, progress: Progress): Promise<void>;
  /** Keeps the time of the first time. Whom a redaction was about is forgotten with it, in its like as well. */
  finishRequest(it: RequestRecord, by: string, now: number): Promise<void>;
  /** Lays tombstones, which nobody takes back. */
  bury(
    source: string,
    account: string,
    names: readonly BuriedName[],
    cause: string,
    now: number,
  ): Promise<void>;
  /** Orders after this one, oldest first: some may be of another who has the same id at another shop. */
  ordersOf(it: Sought, after: string, limit: number): Promise<readonly FoundOrder[]>;
  /** Orders of one source and account, by the external id. */
  ordersOfShop(
    source: string,
    account: string,
    after: string,
    limit: number,
  ): Promise<readonly { readonly id: string; readonly external_id: string }[]>;
  /** Events of one source and account, by key. */
  eventsOfShop(
    source: string,
    account: string,
    after: string,
    limit: number,
  ): Promise<readonly { readonly id: string; readonly key: string }[]>;
  /** Ids of the events that wait for one of these names, and of those that passed on a request about the same person. */
  eventsBeside(it: RequestRecord): Promise<readonly string[]>;
  wholeEvents(orderId: string, after: string, limit: number): Promise<readonly WholeEvent[]>;
  /** Requests about the same person. */
  requestsOf(it: Sought): Promise<readonly RequestRecord[]>;
  /** Customers by Keyferry's id, the shop's, or the address. */
  customersOf(it: Sought): Promise<readonly CustomerRecord[]>;
  /** After these orders were redacted. @returns who bought elsewhere too, each with the newest order of theirs that stays */
  forgetCustomers(
    orderIds: readonly string[],
  ): Promise<readonly { readonly customer_id: string; readonly order_id: string }[]>;
  /** Those of these identities who never bought: no order leads to them. */
  forgetAlone(identities: readonly string[]): Promise<void>;
  /** Fills what is empty. */
  fillCustomer(id: string, it: Buyer): Promise<void>;
  countEvents(orderIds: readonly string[]): Promise<number>;
  countOfShop(source: string, account: string): Promise<Touched>;
}

export interface ExportedOrder extends OrderRecord {
  readonly timeline: Timeline;
  readonly events: readonly WholeEvent[];
}

/** All that is stored about a person, in pages; an order with very many events is on several, each with further ones. */
export interface ExportPage {
  readonly customers: readonly CustomerRecord[];
  readonly orders: readonly ExportedOrder[];
  readonly requests: readonly RequestRecord[];
  readonly next: IdKey | null;
}

/** What the API and the command line may ask for. */
export interface Privacy {
  requests(filter: RequestFilter, slice: Slice<IdKey>): Promise<Sliced<RequestRecord, IdKey>>;
  request(id: string): Promise<RequestRecord | null>;
  /** Of an export: it was handed over. @returns `not_found`, `request_by_itself` */
  done(id: string, by: string): Promise<Result<RequestRecord>>;
  /** @returns `source_unknown`, `not_found` */
  exportOf(asked: Asked, after: IdKey | null): Promise<Result<ExportPage>>;
  /** @returns `not_found` */
  exportFor(requestId: string, after: IdKey | null): Promise<Result<ExportPage>>;
  /** Carried out as far as one call may; the rounds do the rest. @returns `source_unknown`, `not_found` */
  redact(asked: AskedRedaction, by: string): Promise<Result<Redacted>>;
  /** A redaction carried on, as far as one call may. @returns the request as it stands then */
  goOn(requestId: string): Promise<RequestRecord | null>;
}
