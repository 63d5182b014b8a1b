import { forLanguage } from "@zimmer/ui/format"
import { beforeAll, describe, expect, it } from "vitest"
import { changeOf, linesOf, mistakesIn, typedOf } from "@/features/settings/form"
import type { Settings } from "@/features/settings/queries"

beforeAll(() => forLanguage("en"))

const NOW: Settings = {
  demo_tokens: 5,
  demo_days: 30,
  minimum_amount: 50_000,
  maximum_amount: 500_000_000,
  approval_threshold: 1_000,
  low_balance_default: 10,
  max_open_payments: 3,
  gateway_paused: false,
  gateway_message: null,
  maintenance: false,
  maintenance_message: null,
  updated_by: null,
  updated_at: "2026-11-22T10:00:00Z",
}

describe("a change of the settings", () => {
  it("holds what differs and nothing else", () => {
    expect(changeOf(NOW, typedOf(NOW))).toEqual({})
    expect(changeOf(NOW, { ...typedOf(NOW), demo_tokens: "7" })).toEqual({ demo_tokens: 7 })
    expect(changeOf(NOW, { ...typedOf(NOW), demo_tokens: " 5 " })).toEqual({})
  })

  it("turns tomans into rials and an empty message into none", () => {
    const typed = { ...typedOf(NOW), minimum_amount: "10,000", gateway_message: "  " }
    expect(changeOf(NOW, typed)).toEqual({ minimum_amount: 100_000 })
    expect(changeOf({ ...NOW, gateway_message: "x" }, typed)).toMatchObject({
      gateway_message: null,
    })
  })

  it("is told in words before it is sent", () => {
    const typed = { ...typedOf(NOW), demo_tokens: "7", gateway_paused: true }
    expect(linesOf(NOW, typed).map(({ words }) => words)).toEqual([
      "Trial tokens: 5 → 7",
      "Purchases are paused: Off → On",
    ])
    const [back] = linesOf({ ...NOW, gateway_paused: true }, typedOf(NOW))
    expect(back?.consequence).toBe("Customers can buy again at once, unless the bank is away.")
  })

  it("tells amounts in toman", () => {
    const [line] = linesOf(NOW, { ...typedOf(NOW), minimum_amount: "10000" })
    expect(line?.words).toBe("Smallest purchase: 5,000\u00a0toman → 10,000\u00a0toman")
  })

  it("leaves alone what somebody else changed meanwhile", () => {
    const typed = { ...typedOf(NOW), demo_days: "60" }
    const theirs = { ...NOW, demo_days: 45, demo_tokens: 9 }
    expect(changeOf(NOW, typed)).toEqual({ demo_days: 60 })
    expect(linesOf(NOW, typed, theirs).map(({ words }) => words)).toEqual([
      "Days of the trial: 45 → 60",
    ])
  })

  it("counts what is no number as a change, so that it can be refused", () => {
    const none = { ...NOW, demo_tokens: 0 }
    expect(linesOf(none, { ...typedOf(none), demo_tokens: "many" })).toHaveLength(1)
    expect(linesOf(none, { ...typedOf(none), demo_tokens: "" })).toHaveLength(1)
  })

  it.each([
    { demo_tokens: "-1" },
    { demo_tokens: "1001" },
    { demo_tokens: "" },
    { demo_days: "0" },
    { maximum_amount: "1" },
    { gateway_message: "x".repeat(501) },
  ])("is refused with %j", (wrong) =>
    expect(Object.keys(mistakesIn({ ...typedOf(NOW), ...wrong }))).toEqual(Object.keys(wrong)),
  )

  it("has no mistakes as it stands", () => expect(mistakesIn(typedOf(NOW))).toEqual({}))
})
