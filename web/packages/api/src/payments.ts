/** Purchases: their price, their beginning, and how they go. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { answered, api } from "./client"
import type { components } from "./schema.gen"

export type Quote = components["schemas"]["Quoted"]
export type PaymentLine = components["schemas"]["PaymentLine"]
export type PaymentDetail = components["schemas"]["PaymentDetail"]
export type PaymentStarted = components["schemas"]["PaymentStarted"]
export type PublicStatus = components["schemas"]["PublicStatus"]
export type ReceiptChecked = components["schemas"]["ReceiptChecked"]
export type ReceiptLink = components["schemas"]["ReceiptLink"]
export type Phase = components["schemas"]["Phase"]

export type Order = { automationId: number; tokens: number; discountCode: string | null }

/** What so many tokens cost the signed-in customer, promised for a quarter of an hour. */
export function quote(
  { automationId, tokens, discountCode }: Order,
  signal?: AbortSignal,
): Promise<Quote> {
  const body = { automation_id: automationId, tokens, discount_code: discountCode }
  return answered(api.POST("/api/payments/quote", { body, signal }))
}

/** Open the purchase of a quote, once per key, and learn where to pay. */
export function startPurchase(quoted: string, idempotencyKey: string): Promise<PaymentStarted> {
  return answered(
    api.POST("/api/payments/zarinpal/init", {
      params: { header: { "idempotency-key": idempotencyKey } },
      body: { quote: quoted },
    }),
  )
}

/** The customer's purchases, newest first, page after page. */
export const ownPayments = infiniteQueryOptions({
  queryKey: ["payments", "list"],
  queryFn: ({ pageParam, signal }) =>
    answered(
      api.GET("/api/payments", { params: { query: { limit: 20, cursor: pageParam } }, signal }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
})

/** One purchase as its owner sees it. */
export function ownPayment(transactionId: string) {
  return queryOptions({
    queryKey: ["payments", "one", transactionId],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/payments/{transaction_id}", {
          params: { path: { transaction_id: transactionId } },
          signal,
        }),
      ),
  })
}

/** One purchase as anybody may see it who knows its random id. */
export function publicStatus(transactionId: string) {
  return queryOptions({
    queryKey: ["payments", "status", transactionId],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/payments/status/{transaction_id}", {
          params: { path: { transaction_id: transactionId } },
          signal,
        }),
      ),
  })
}

/** Have the bank asked now, and see what is known. */
export function checkPayment(transactionId: string): Promise<PaymentDetail> {
  return answered(
    api.POST("/api/payments/{transaction_id}/check", {
      params: { path: { transaction_id: transactionId } },
    }),
  )
}

/** Give up a purchase that is not paid. */
export function cancelPayment(transactionId: string): Promise<PaymentDetail> {
  return answered(
    api.POST("/api/payments/{transaction_id}/cancel", {
      params: { path: { transaction_id: transactionId } },
    }),
  )
}

/** An address of a purchase's receipt that the browser can open by itself, for five minutes. */
export function receiptLink(transactionId: string): Promise<ReceiptLink> {
  return answered(
    api.POST("/api/payments/{transaction_id}/receipt-link", {
      params: { path: { transaction_id: transactionId } },
    }),
  )
}

/** What stands on the receipt with this code, for anybody who holds it. */
export function checkedReceipt(code: string) {
  return queryOptions({
    queryKey: ["receipts", code],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/payments/receipts/{receipt_code}", {
          params: { path: { receipt_code: code } },
          signal,
        }),
      ),
  })
}
