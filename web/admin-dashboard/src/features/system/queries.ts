import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@zimmer/api/client"
import type { components } from "@zimmer/api/schema.gen"
import { isRunning } from "@/features/system/reports"
import { pages } from "@/listing/pages"

export type Status = components["schemas"]["SystemStatus"]
export type DeadLetter = components["schemas"]["DeadLetter"]
export type QueueName = components["schemas"]["QueueName"]
export type RunLine = components["schemas"]["RunLine"]
export type Run = components["schemas"]["Run"]

const LOOKS_AGAIN = 5_000 // ms
const RUN_LOOKS_AGAIN = 3_000 // ms

export const status = queryOptions({
  queryKey: ["system", "status"],
  queryFn: ({ signal }) => answered(api.GET("/api/admin/system/status", { signal })),
  refetchInterval: LOOKS_AGAIN,
})

const RUNS = pages<RunLine>(["system", "runs"], (cursor, signal) =>
  answered(
    api.GET("/api/admin/reconciliation/runs", {
      params: { query: { limit: 5, cursor } },
      signal,
    }),
  ),
)

/** Reports, newest first; looked at again while one of them runs. */
export const runs: typeof RUNS = {
  ...RUNS,
  refetchInterval: ({ state }) => {
    const lines = state.data?.pages.flatMap(({ items }) => items) ?? []
    return isRunning(lines, new Date()) && RUN_LOOKS_AGAIN
  },
}

/** One report with every question. */
export function run(id: number) {
  return queryOptions({
    queryKey: ["system", "run", id],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/api/admin/reconciliation/runs/{run_id}", {
          params: { path: { run_id: id } },
          signal,
        }),
      ),
  })
}

/** Put these dead letters back into their queue, or all of them. */
export function redrive(queue: QueueName, ids: string[] | null) {
  return answered(api.POST("/api/admin/system/dlq/redrive", { body: { queue, ids } }))
}

export function sweepNow() {
  return answered(api.POST("/api/admin/sweep"))
}

export function runReconciliation() {
  return answered(api.POST("/api/admin/reconciliation/runs"))
}

/** One report as a paper to sign or to hand on. */
export function reportPaper(id: number): Promise<Blob> {
  return answered(
    api.GET("/api/admin/reconciliation/runs/{run_id}/report.pdf", {
      params: { path: { run_id: id } },
      parseAs: "blob",
    }),
  ) as Promise<Blob>
}

/** One report as a file for programs. */
export function reportFile(id: number): Promise<Blob> {
  return answered(
    api.GET("/api/admin/reconciliation/runs/{run_id}/download", {
      params: { path: { run_id: id } },
      parseAs: "blob",
    }),
  ) as Promise<Blob>
}
