import { keepPreviousData, queryOptions } from "@tanstack/react-query"
import { answered, api } from "@zimmer/api/client"
import type { components } from "@zimmer/api/schema.gen"

export type Stats = components["schemas"]["DashboardStats"]
export type Range = components["schemas"]["Range"]
export type Figure = components["schemas"]["Figure"]
export type Attention = components["schemas"]["Attention"]

const LOOKS_AGAIN = 60_000 // ms

/** The figures of a range; the range before stays on the screen while they are asked for. */
export function stats(range: Range) {
  return queryOptions({
    queryKey: ["dashboard", range],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/admin/dashboard/stats", { params: { query: { range } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: LOOKS_AGAIN,
  })
}
