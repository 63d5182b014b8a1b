import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { count, moment } from "@zimmer/ui/format"
import type { Column } from "@zimmer/ui/Table"
import { toast } from "@zimmer/ui/Toast"
import { useState } from "react"
import { type RunLine, runReconciliation, runs } from "@/features/system/queries"
import { ReportDialog } from "@/features/system/ReportDialog"
import { stateOf } from "@/features/system/reports"
import { Listing } from "@/listing/Listing"
import { system as text } from "@/messages/system"

/** The questions that have to be true of the books, each time they were asked. */
export function Reports({ mayRun }: { mayRun: boolean }) {
  const [opened, setOpened] = useState<RunLine | null>(null)
  const cache = useQueryClient()
  const query = useInfiniteQuery(runs)
  const { mutate, isPending, error } = useMutation({
    mutationFn: runReconciliation,
    onSuccess: (ended) => {
      if (ended.state === "holds") toast.success(text.holds(count(ended.asked)))
      else setOpened(ended)
    },
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
        {mayRun ? (
          <Button busy={isPending} busyLabel={text.running} onClick={() => mutate()}>
            {text.run}
          </Button>
        ) : (
          <p className="text-ink-soft text-sm">{text.runByManagers}</p>
        )}
      </div>
      {error && <ProblemNotice problem={error} />}
      <Listing
        query={query}
        caption={text.reports}
        columns={columns(setOpened)}
        rowKey={(line) => line.id}
        empty={<p className="text-ink-soft">{text.reportsEmpty}</p>}
      />
      {opened && <ReportDialog key={opened.id} line={opened} onClose={() => setOpened(null)} />}
    </section>
  )
}

function columns(onOpen: (line: RunLine) => void): Column<RunLine>[] {
  return [
    { key: "at", header: text.askedAt, primary: true, cell: (line) => moment(line.created_at) },
    {
      key: "by",
      header: text.by,
      cell: (line) => <bdi dir="auto">{line.requested_by?.name ?? text.platform}</bdi>,
    },
    { key: "result", header: text.result, cell: (line) => <Result line={line} /> },
    {
      key: "open",
      header: "",
      cell: (line) =>
        stateOf(line, new Date()) !== "running" && (
          <Button onClick={() => onOpen(line)}>
            {line.state === "broken" ? text.seeBroken : text.open}
          </Button>
        ),
    },
  ]
}

function Result({ line }: { line: RunLine }) {
  switch (stateOf(line, new Date())) {
    case "running":
      return <Badge tone="wait">{text.running}</Badge>
    case "failed":
      return <Badge tone="wait">{text.unfinished}</Badge>
    case "holds":
      return <Badge tone="good">{text.holds(count(line.asked))}</Badge>
    case "broken":
      return <Badge tone="bad">{text.broken(count(line.broken))}</Badge>
  }
}
