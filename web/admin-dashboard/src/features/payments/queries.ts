import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@zimmer/api/client"
import type { components, paths } from "@zimmer/api/schema.gen"
import { pages } from "@/listing/pages"

export type PaymentRow = components["schemas"]["PaymentRow"]
export type PaymentStatus = components["schemas"]["PaymentStatus"]
export type Trace = components["schemas"]["Trace"]
export type Lane = components["schemas"]["Lane"]
export type Tone = components["schemas"]["Tone"]
export type Decision = components["schemas"]["Verb"]

type Query = NonNullable<paths["/api/admin/payments"]["get"]["parameters"]["query"]>

export type PaymentFilters = Partial<
  Record<"q" | "status" | "user_id" | "automation_id" | "from" | "to", string>
>

/** Purchases that match, newest first. */
export function payments(filters: PaymentFilters) {
  return pages<PaymentRow>(["payments", "list", filters], (cursor, signal) =>
    answered(
      api.GET("/api/admin/payments", { params: { query: { ...asked(filters), cursor } }, signal }),
    ),
  )
}

/** The same list as a file. */
export function paymentsFile(filters: PaymentFilters): Promise<Blob> {
  return answered(
    api.GET("/api/admin/payments", {
      params: { query: asked(filters) },
      headers: { accept: "text/csv" },
      parseAs: "blob",
    }),
  ) as Promise<Blob>
}

/** One purchase with its whole story. */
export function trace(id: number) {
  return queryOptions({
    queryKey: ["payments", "trace", id],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/admin/payments/{payment_id}", {
          params: { path: { payment_id: id } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.verdict.tone === "wait" ? 5_000 : false),
  })
}

/** Have the bank asked now. */
export function checkNow(id: number) {
  return answered(
    api.POST("/api/admin/payments/{payment_id}/check", { params: { path: { payment_id: id } } }),
  )
}

/** Propose a decision, agree to one, or take one's own back. */
export function review(id: number, decision: Decision, reason: string) {
  return answered(
    api.POST("/api/admin/payments/{payment_id}/review", {
      params: { path: { payment_id: id } },
      body: { decision, reason },
    }),
  )
}

/** Give the whole amount back through the gateway. */
export function reverse(id: number, reason: string) {
  return answered(
    api.POST("/api/admin/payments/{payment_id}/reverse", {
      params: { path: { payment_id: id } },
      body: { reason },
    }),
  )
}

/** Take back what is unused; its share of the price is then owed to the customer. */
export function refund(id: number, reason: string) {
  return answered(
    api.POST("/api/admin/payments/{payment_id}/refund", {
      params: { path: { payment_id: id } },
      body: { reason },
    }),
  )
}

/** Note the bank transfer by which the customer was paid back. */
export function paidBack(id: number, transfer: string) {
  return answered(
    api.POST("/api/admin/payments/{payment_id}/refunded", {
      params: { path: { payment_id: id } },
      body: { transfer },
    }),
  )
}

/** The address holds text; what it says wrongly, the API refuses with a sentence. */
function asked(filters: PaymentFilters): Query {
  return filters as Query
}
