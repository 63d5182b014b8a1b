import { describe, expect, it } from "vitest"
import type { RunLine } from "@/features/system/queries"
import { isRunning, stateOf } from "@/features/system/reports"

const NOW = new Date("2026-11-23T09:00:30Z")

const RUN: RunLine = {
  id: 1,
  requested_by: null,
  state: "running",
  asked: 0,
  broken: 0,
  created_at: "2026-11-23T09:00:20Z",
  finished_at: null,
}

describe("a report", () => {
  it("is looked at again while it runs", () => {
    expect(isRunning([RUN], NOW)).toBe(true)
    expect(isRunning([{ ...RUN, state: "holds" }], NOW)).toBe(false)
    expect(isRunning([], NOW)).toBe(false)
  })

  it("that never ended has broken off, and nobody waits for it", () => {
    const old = { ...RUN, created_at: "2026-11-23T08:00:00Z" }
    expect(stateOf(old, NOW)).toBe("failed")
    expect(isRunning([old], NOW)).toBe(false)
  })
})
