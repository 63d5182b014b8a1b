import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@zimmer/api/client"
import type { components, paths } from "@zimmer/api/schema.gen"
import { pages } from "@/listing/pages"

export type Adjustment = components["schemas"]["AdjustmentRecord"]
export type AdjustmentState = components["schemas"]["AdjustmentState"]
export type Bucket = components["schemas"]["Bucket"]
export type Wish = components["schemas"]["NewAdjustment"]

type Query = NonNullable<paths["/api/admin/tokens/adjustments"]["get"]["parameters"]["query"]>

/** Corrections in this state, newest first. */
export function adjustments(filters: { state?: string }) {
  return pages<Adjustment>(["adjustments", "list", filters], (cursor, signal) =>
    answered(
      api.GET("/api/admin/tokens/adjustments", {
        params: { query: { ...(filters as Query), cursor } },
        signal,
      }),
    ),
  )
}

export function adjustment(id: number) {
  return queryOptions({
    queryKey: ["adjustments", "one", id],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/admin/tokens/adjustments/{adjustment_id}", { params: at(id), signal }),
      ),
  })
}

/** Ask for a correction, once per key. */
export function ask(wish: Wish, idempotencyKey: string) {
  return answered(
    api.POST("/api/admin/tokens/adjustments", {
      params: { header: { "idempotency-key": idempotencyKey } },
      body: wish,
    }),
  )
}

export function approve(id: number) {
  return answered(
    api.POST("/api/admin/tokens/adjustments/{adjustment_id}/approve", { params: at(id) }),
  )
}

export function reject(id: number, reason: string) {
  return answered(
    api.POST("/api/admin/tokens/adjustments/{adjustment_id}/reject", {
      params: at(id),
      body: { reason: reason || null },
    }),
  )
}

function at(id: number) {
  return { path: { adjustment_id: id } }
}
