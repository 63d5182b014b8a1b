/** How what runs by the clock stands. Pure. */

import type { Status } from "@/features/system/queries"

export type Schedule = Status["schedules"][number]
export type Standing = "well" | "late" | "failed"

export const SWEEP = "payments-sweep"
export const UPKEEP = "automations-upkeep"

/** After so many seconds without a run a schedule is late. More than it needs, since two clocks are compared. */
const LATE_AFTER: Record<string, number> = { [SWEEP]: 300, [UPKEEP]: 300 }

export function standingOf(schedule: Schedule, now: Date): Standing {
  if (!schedule.ok) return "failed"
  const most = LATE_AFTER[schedule.name] ?? Number.POSITIVE_INFINITY
  return secondsSince(schedule.last_run, now) > most ? "late" : "well"
}

/** Whole seconds, none when the clocks disagree. */
export function secondsSince(at: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - new Date(at).getTime()) / 1000))
}
