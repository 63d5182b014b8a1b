import { forLanguage } from "@zimmer/ui/format"
import { beforeAll, describe, expect, it } from "vitest"
import { nodesOf } from "@/features/system/nodes"
import type { Status } from "@/features/system/queries"

beforeAll(() => forLanguage("en"))

const queue = (name: string, visible: number | null) => ({
  name,
  visible,
  in_flight: visible === null ? null : 0,
  oldest_s: null,
})

const CALM: Status = {
  queues: ["credit", "credit-dead-letters", "delivery", "delivery-dead-letters"].map((name) =>
    queue(name, 0),
  ),
  dead_letters: [],
  outbox_lag_s: null,
  oldest_unverified_s: null,
  gateway: { paused: false, message: null, last_answer_at: "2026-11-23T09:00:00Z" },
  schedules: [{ name: "payments-sweep", last_run: "2026-11-23T09:00:00Z", ok: true }],
  migration: "0003",
  database: true,
  functions: ["auth"],
}

const TROUBLE: Status[] = [
  { ...CALM, outbox_lag_s: 600 },
  { ...CALM, gateway: { ...CALM.gateway, paused: true } },
  { ...CALM, queues: [queue("credit-dead-letters", 2)] },
  { ...CALM, schedules: [{ name: "payments-sweep", last_run: "2026-11-23T09:00:00Z", ok: false }] },
]

describe("the map", () => {
  it("is calm when everything works", () =>
    expect(Object.values(nodesOf(CALM)).map(({ state }) => state)).not.toContain("bad"))

  it.each(TROUBLE)("shows nothing red without what mends it (%#)", (status) => {
    const red = Object.values(nodesOf(status)).filter(({ state }) => state === "bad")
    expect(red).not.toEqual([])
    expect(red.filter(({ mend }) => mend === undefined)).toEqual([])
  })

  it("says that it does not know how long a queue is that does not answer", () =>
    expect(nodesOf({ ...CALM, queues: [queue("credit", null)] }).credit.state).toBe("unknown"))
})
