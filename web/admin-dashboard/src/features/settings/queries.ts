import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@zimmer/api/client"
import type { components } from "@zimmer/api/schema.gen"

export type Settings = components["schemas"]["SettingsRecord"]
export type Change = components["schemas"]["SettingsChange"]

export const businessSettings = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => answered(api.GET("/api/admin/settings", { signal })),
})

/** Change what is given. */
export function edit(change: Change): Promise<Settings> {
  return answered(api.PATCH("/api/admin/settings", { body: change }))
}
