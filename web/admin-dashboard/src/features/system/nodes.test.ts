import { forLanguage } from "@zimmer/ui/format"
import { beforeAll, describe, expect, it } from "vitest"
import { nodesOf } from "@/features/system/nodes"
import type { Status } from "@/features/system/queries"

beforeAll(() => forLanguage("en"))

const NOW = new Date("2026-11-23T09:00:30Z")
const RAN = "2026-11-23T09:00:00Z"
const SWEEP = "payments-sweep"

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
  gateway: {
    paused: false,
    message: null,
    last_answer_at: "2026-11-23T09:00:00Z",
    resting_since: null,
    next_try_at: null,
    failure: null,
  },
  schedules: [{ name: "payments-sweep", last_run: "2026-11-23T09:00:00Z", ok: true }],
  migration: "0003",
  database: true,
  functions: ["admin", "auth", "automations", "payments", "payments-worker", "support"],
}

const RESTING = {
  ...CALM.gateway,
  resting_since: "2026-11-23T08:50:00Z",
  next_try_at: "2026-11-23T09:01:00Z",
  failure: "timeout",
}

const TROUBLE: Status[] = [
  { ...CALM, outbox_lag_s: 600 },
  { ...CALM, gateway: { ...CALM.gateway, paused: true } },
  { ...CALM, gateway: { ...RESTING, resting_since: "2026-11-23T08:30:00Z" } },
  { ...CALM, queues: [queue("credit-dead-letters", 2)] },
  { ...CALM, oldest_unverified_s: 7_200 },
  { ...CALM, schedules: [{ name: SWEEP, last_run: RAN, ok: false }] },
  { ...CALM, schedules: [{ name: SWEEP, last_run: "2026-11-23T06:00:00Z", ok: true }] },
]

describe("the map", () => {
  it("is calm when everything works", () =>
    expect(Object.values(nodesOf(CALM, NOW)).map(({ state }) => state)).not.toContain("bad"))

  it.each(TROUBLE)("shows nothing red without what mends it (%#)", (status) => {
    const red = Object.values(nodesOf(status, NOW)).filter(({ state }) => state === "bad")
    expect(red).not.toEqual([])
    expect(red.filter(({ mend }) => mend === undefined)).toEqual([])
  })

  it("says since when purchases rest, why, and when it is tried again", () => {
    const { state, says } = nodesOf({ ...CALM, gateway: RESTING }, NOW).zarinpal
    expect([state, ...says.slice(0, 3)]).toEqual([
      "wait",
      expect.stringContaining("Purchases rest by themselves since"),
      "Newest failure: no answer in time",
      "The next purchase may try at 12:31, or when the sweep is answered",
    ])
  })

  it("says that the next purchase tries when the rest is over", () => {
    const gateway = { ...RESTING, next_try_at: "2026-11-23T09:00:00Z", failure: "code -11" }
    const { says } = nodesOf({ ...CALM, gateway }, NOW).zarinpal
    expect([says[1], says[2]]).toEqual([
      "Newest failure: it does not accept our terminal (code -11)",
      "The next purchase tries whether it is back",
    ])
  })

  it("tells of a failure that stopped nobody", () => {
    const gateway = { ...CALM.gateway, failure: "server-error" }
    const { state, says } = nodesOf({ ...CALM, gateway }, NOW).zarinpal
    expect([state, says[0]]).toEqual(["good", "Newest failure: an error of its server"])
  })

  it("says that it does not know how long a queue is that does not answer", () => {
    const away = nodesOf({ ...CALM, queues: [queue("credit", null)] }, NOW)
    expect([away.credit, away.worker, away.creditDead].map(({ state }) => state)).toEqual([
      "unknown",
      "unknown",
      "unknown",
    ])
  })

  it("tells the age of the oldest dead letter", () => {
    const line = { ...queue("credit-dead-letters", 2), oldest_s: 7_260 }
    expect(nodesOf({ ...CALM, queues: [line] }, NOW).creditDead.says).toEqual([
      "2 dead letters",
      "Oldest: 2 h 1 min",
    ])
  })

  it("is not sure of a worker while messages wait and none is in work", () =>
    expect(nodesOf({ ...CALM, queues: [queue("credit", 3)] }, NOW).worker.state).toBe("wait"))

  it("says nothing of functions that were not asked", () => {
    const { state, says } = nodesOf(CALM, NOW).functions
    expect(state).toBe("unknown")
    expect(says).toEqual([
      "admin answers",
      "Not asked from here: auth, automations, payments, support",
    ])
  })
})
