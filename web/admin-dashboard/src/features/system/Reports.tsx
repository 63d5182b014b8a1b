import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { count, moment } from "@zimmer/ui/format"
import type { Column } from "@zimmer/ui/Table"
import { type RunLine, reportFile, runReconciliation, runs } from "@/features/system/queries"
import { DownloadFile } from "@/listing/DownloadFile"
import { Listing } from "@/listing/Listing"
import { system as text } from "@/messages/system"

const COLUMNS: Column<RunLine>[] = [
  { key: "at", header: text.askedAt, primary: true, cell: (run) => moment(run.created_at) },
  {
    key: "by",
    header: text.by,
    cell: (run) => <bdi dir="auto">{run.requested_by?.name ?? text.platform}</bdi>,
  },
  { key: "result", header: text.result, cell: (run) => <Result run={run} /> },
  {
    key: "file",
    header: "",
    cell: (run) => (
      <DownloadFile
        name={`reconciliation-${run.id}.json`}
        label={text.download}
        fetchFile={() => reportFile(run.id)}
      />
    ),
  },
]

/** The questions that have to be true of the books, each time they were asked. */
export function Reports({ mayRun }: { mayRun: boolean }) {
  const cache = useQueryClient()
  const query = useInfiniteQuery(runs)
  const { mutate, isPending, error } = useMutation({
    mutationFn: runReconciliation,
    onSettled: () => cache.invalidateQueries({ queryKey: runs.queryKey }),
  })
  return (
    <section aria-labelledby="reports" className="grid gap-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 id="reports" className="font-bold">
            {text.reports}
          </h2>
          <p className="text-ink-soft text-sm">{text.reportsLead}</p>
        </div>
        {mayRun && (
          <Button busy={isPending} onClick={() => mutate()}>
            {text.run}
          </Button>
        )}
      </div>
      {error && <ProblemNotice problem={error} />}
      <Listing
        query={query}
        caption={text.reports}
        columns={COLUMNS}
        rowKey={(run) => run.id}
        empty={<p className="text-ink-soft">{text.reportsEmpty}</p>}
      />
    </section>
  )
}

function Result({ run }: { run: RunLine }) {
  switch (run.state) {
    case "running":
      return <Badge tone="wait">{text.running}</Badge>
    case "failed":
      return <Badge tone="wait">{text.unfinished}</Badge>
    case "holds":
      return <Badge tone="good">{text.holds(count(run.asked))}</Badge>
    case "broken":
      return <Badge tone="bad">{text.broken(count(run.broken))}</Badge>
  }
}
