/**
 * The questions put to the Admin GraphQL API. They stand under gather; translate.ts reads their answers.
 * What must never happen here: a query above the limit of 1,000 points (a list costs its length times what each
 * element costs), which the API refuses: so each refund is asked for on its own.
 */

/** https://shopify.dev/docs/api/admin-graphql/latest/queries/order : about 700 points. */
export const ORDER_QUERY = `query KeyferryOrder($id: ID!, $after: String) {
  order(id: $id) {
    id name createdAt updatedAt processedAt cancelledAt confirmed test
    displayFinancialStatus currencyCode sourceName customerLocale email phone
    totalPriceSet { shopMoney { amount } }
    totalTipReceivedSet { shopMoney { amount } }
    customer {
      id firstName lastName
      defaultEmailAddress { emailAddress }
      defaultPhoneNumber { phoneNumber }
      defaultAddress { company countryCodeV2 }
    }
    billingAddress { name firstName lastName company phone countryCodeV2 }
    refunds(first: 250) { id }
    lineItems(first: 50, after: $after) {
      nodes {
        id name title variantTitle quantity currentQuantity sku vendor isGiftCard requiresShipping
        originalTotalSet { shopMoney { amount } }
        customAttributes { key value }
        product { id }
        variant { id }
        sellingPlan { sellingPlanId }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

/**
 * Which subscription each line of an order belongs to. Asked of renewals and their first orders only, and apart:
 * contracts may be read by the app that owns them alone, and need a scope of their own.
 * https://shopify.dev/docs/api/admin-graphql/latest/objects/SubscriptionContract : about 250 points.
 */
export const CONTRACTS_QUERY = `query KeyferryContracts($id: ID!, $after: String) {
  order(id: $id) {
    id updatedAt
    lineItems(first: 50, after: $after) {
      nodes {
        id
        contract { id originOrder { id } billingPolicy { interval intervalCount } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

/**
 * https://shopify.dev/docs/api/admin-graphql/latest/queries/refund : about 450 points. Since 2024-10 shipping that
 * went back is told by `refundShippingLines` alone:
 * https://shopify.dev/changelog/exposing-the-order-adjustments-connection-on-a-refund
 */
export const REFUND_QUERY = `query KeyferryRefund($id: ID!, $after: String) {
  refund(id: $id) {
    id createdAt updatedAt
    transactions(first: 50) { nodes { kind status amountSet { shopMoney { amount currencyCode } } } }
    refundShippingLines(first: 20) {
      nodes { subtotalAmountSet { shopMoney { amount } } taxAmountSet { shopMoney { amount } } }
    }
    refundLineItems(first: 100, after: $after) {
      nodes { quantity lineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
