import { Badge, type BadgeTone } from "@zimmer/ui/Badge"
import { moment } from "@zimmer/ui/format"
import { type Column, Table } from "@zimmer/ui/Table"
import { SweepButton } from "@/features/system/SweepButton"
import {
  type Schedule,
  type Standing,
  SWEEP,
  secondsSince,
  standingOf,
} from "@/features/system/schedules"
import { lasted } from "@/messages/durations"
import { system as text } from "@/messages/system"

type Props = { schedules: Schedule[]; now: Date }

/** What runs by the clock. */
export function Schedules({ schedules, now }: Props) {
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
          columns={columnsAt(now)}
          rows={schedules}
          rowKey={(schedule) => schedule.name}
        />
      )}
    </section>
  )
}

function columnsAt(now: Date): Column<Schedule>[] {
  return [
    {
      key: "name",
      header: text.schedule,
      primary: true,
      cell: ({ name }) => text.scheduleNames[name] ?? name,
    },
    {
      key: "run",
      header: text.lastRun,
      cell: ({ last_run }) => text.runAt(moment(last_run), lasted(secondsSince(last_run, now))),
    },
    {
      key: "ok",
      header: text.outcome,
      cell: (schedule) => <Outcome schedule={schedule} standing={standingOf(schedule, now)} />,
    },
  ]
}

/** Red only where something can be done about it here. */
function Outcome({ schedule, standing }: { schedule: Schedule; standing: Standing }) {
  const isMendable = schedule.name === SWEEP
  const bad: BadgeTone = isMendable ? "bad" : "wait"
  return (
    <span className="flex flex-wrap items-center gap-3">
      <Badge tone={standing === "well" ? "good" : bad}>{text.standings[standing]}</Badge>
      {standing !== "well" && isMendable && <SweepButton />}
    </span>
  )
}
