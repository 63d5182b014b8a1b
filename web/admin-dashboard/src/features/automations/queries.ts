import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@zimmer/api/client"
import type { components, paths } from "@zimmer/api/schema.gen"
import { pages } from "@/listing/pages"

export type AutomationRow = components["schemas"]["AutomationRow"]
export type AutomationRecord = components["schemas"]["AutomationRecord"]
export type NewAutomation = components["schemas"]["NewAutomation"]
export type AutomationChange = components["schemas"]["AutomationChange"]
export type Package = components["schemas"]["PackageWish"]
export type Health = components["schemas"]["Health"]

export type Switch = "list" | "unlist" | "withdraw" | "restore"

type Query = NonNullable<paths["/api/admin/automations"]["get"]["parameters"]["query"]>

export type AutomationFilters = Partial<Record<"q" | "listed" | "health", string>>

/** Automations that match, newest first. */
export function automations(filters: AutomationFilters) {
  return pages<AutomationRow>(["automations", "list", filters], (cursor, signal) =>
    answered(
      api.GET("/api/admin/automations", {
        params: { query: { ...(filters as Query), cursor } },
        signal,
      }),
    ),
  )
}

export function automation(id: number) {
  return queryOptions({
    queryKey: ["automations", "one", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/admin/automations/{automation_id}", { params: at(id), signal })),
  })
}

export function create(wish: NewAutomation) {
  return answered(api.POST("/api/admin/automations", { body: wish }))
}

export function edit(id: number, change: AutomationChange) {
  return answered(
    api.PATCH("/api/admin/automations/{automation_id}", { params: at(id), body: change }),
  )
}

export function switchTo(id: number, act: Switch) {
  return answered(api.POST(`/api/admin/automations/{automation_id}/${act}`, { params: at(id) }))
}

export function replacePackages(id: number, packages: Package[]) {
  return answered(
    api.PUT("/api/admin/automations/{automation_id}/packages", {
      params: at(id),
      body: { packages },
    }),
  )
}

/** A new service token, told this once. */
export function rotateServiceToken(id: number, overlapHours: number) {
  return answered(
    api.POST("/api/admin/automations/{automation_id}/service-token/rotate", {
      params: at(id),
      body: { overlap_hours: overlapHours },
    }),
  )
}

function at(id: number) {
  return { path: { automation_id: id } }
}
