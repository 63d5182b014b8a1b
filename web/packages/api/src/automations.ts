/** The marketplace, and a customer's copies of its automations. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { answered, api } from "./client"
import type { components } from "./schema.gen"

export type AutomationCard = components["schemas"]["AutomationCard"]
export type AutomationDetail = components["schemas"]["AutomationDetail"]
export type OwnAutomation = components["schemas"]["OwnAutomation"]

const MOST = 100

/** The marketplace, page after page. */
export const marketplace = infiniteQueryOptions({
  queryKey: ["automations", "available"],
  queryFn: ({ pageParam, signal }) =>
    answered(
      api.GET("/api/automations/available", {
        params: { query: { limit: 24, cursor: pageParam } },
        signal,
      }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
})

const LOOKS_AGAIN = 30_000 // ms, while the bank is away: it comes back by itself

/** One automation with its packages. Where only the bank is missing the page finds out that it is back. */
export function automation(id: number) {
  return queryOptions({
    queryKey: ["automations", id],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/automations/{automation_id}", {
          params: { path: { automation_id: id } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) =>
      state.data?.can_buy_reason === "gateway-paused" ? LOOKS_AGAIN : false,
  })
}

/** The customer's automations with their balances. */
export const ownAutomations = queryOptions({
  queryKey: ["own-automations"],
  queryFn: ({ signal }) =>
    answered(api.GET("/api/user/automations", { params: { query: { limit: MOST } }, signal })),
})

/** Put an automation into the account; doing it again changes nothing. */
export function addAutomation(id: number): Promise<OwnAutomation> {
  return answered(
    api.POST("/api/user/automations/{automation_id}", { params: { path: { automation_id: id } } }),
  )
}
