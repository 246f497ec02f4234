/**
 * What a person may ask by law: their records, or to be forgotten. Beside the river. What must never happen here: a
 * request that is acknowledged and then lies where nobody sees it.
 */

/** Whom a request is about, in the shop's own names. */
export interface PrivacySubject {
  /** External ids of orders. */
  readonly orders: readonly string[];
  /** The shop's own id of the customer. */
  readonly customer: string | null;
  readonly email: string | null;
}

export interface PrivacyRequest {
  readonly kind: 'export' | 'redact_customer' | 'redact_shop';
  readonly subject: PrivacySubject;
}
