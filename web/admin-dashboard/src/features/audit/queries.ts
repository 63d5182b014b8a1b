import { answered, api } from "@zimmer/api/client"
import type { components, paths } from "@zimmer/api/schema.gen"
import { pages } from "@/listing/pages"

export type Entry = components["schemas"]["AuditLine"]

type Query = NonNullable<paths["/api/admin/audit"]["get"]["parameters"]["query"]>

export type AuditFilters = Partial<
  Record<"actor" | "action" | "entity" | "entity_id" | "from" | "to", string>
>

/** What was done, newest first. */
export function entries(filters: AuditFilters) {
  return pages<Entry>(["audit", filters], (cursor, signal) =>
    answered(
      api.GET("/api/admin/audit", {
        params: { query: { ...(filters as Query), cursor } },
        signal,
      }),
    ),
  )
}

/** The same list as a file. */
export function entriesFile(filters: AuditFilters): Promise<Blob> {
  return answered(
    api.GET("/api/admin/audit", {
      params: { query: filters as Query },
      headers: { accept: "text/csv" },
      parseAs: "blob",
    }),
  ) as Promise<Blob>
}
