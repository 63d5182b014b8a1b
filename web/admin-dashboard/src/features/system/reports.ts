/** How a report stands. Pure. */

import type { RunLine } from "@/features/system/queries"
import { secondsSince } from "@/features/system/schedules"

/** A run is over within half a minute: one that is older and still says `running` has broken off. */
const OVER_WITHIN = 120 // s

export function stateOf(run: RunLine, now: Date): RunLine["state"] {
  const hasBrokenOff = run.state === "running" && secondsSince(run.created_at, now) > OVER_WITHIN
  return hasBrokenOff ? "failed" : run.state
}

/** Whether any of these will change by itself. */
export function isRunning(runs: readonly RunLine[], now: Date): boolean {
  return runs.some((run) => stateOf(run, now) === "running")
}
