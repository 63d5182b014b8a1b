import { Badge } from "@zimmer/ui/Badge"
import { moment } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import type { Status } from "@/features/system/queries"
import { system as text } from "@/messages/system"

type Line = Status["schedules"][number]

const COLUMNS: Column<Line>[] = [
  { key: "name", header: text.schedule, primary: true, cell: (line) => line.name },
  { key: "run", header: text.lastRun, cell: (line) => moment(line.last_run) },
  {
    key: "ok",
    header: text.outcome,
    cell: (line) => <Badge tone={line.ok ? "good" : "bad"}>{line.ok ? text.ok : text.notOk}</Badge>,
  },
]

/** What runs by the clock. */
export function Schedules({ schedules }: { schedules: Line[] }) {
  return (
    <section aria-labelledby="schedules" className="grid gap-3">
      <h2 id="schedules" className="font-bold">
        {text.schedules}
      </h2>
      {schedules.length === 0 ? (
        <p className="text-ink-soft">{text.neverRan}</p>
      ) : (
        <Table
          caption={text.schedules}
          columns={COLUMNS}
          rows={schedules}
          rowKey={(line) => line.name}
        />
      )}
    </section>
  )
}
