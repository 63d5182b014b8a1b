import { beforeEach, describe, expect, it, vi } from "vitest"
import { isOpen, outcomeOf } from "@/features/purchase/outcome"
import { nextQuestion } from "@/features/purchase/polling"
import { begin, finish, opened, unfinished } from "@/features/purchase/unfinished"

const ORDER = { automation_id: 3, tokens: 50, amount: 240_000 }
const MINUTE = 60_000

describe("the unfinished purchase", () => {
  beforeEach(() => localStorage.clear())

  it("keeps its key over a reload", () => {
    const begun = begin(ORDER, "quote")
    expect(unfinished(ORDER)).toEqual(begun)
  })

  it.each([{ automation_id: 4 }, { tokens: 51 }, { amount: 250_000 }])(
    "is not another order: %o",
    (other) => {
      begin(ORDER, "quote")
      expect(unfinished({ ...ORDER, ...other })).toBeNull()
    },
  )

  it("dies at its own outcome and at no other's", () => {
    opened(begin(ORDER, "quote"), "number")
    finish("another")
    expect(unfinished(ORDER)?.transaction_id).toBe("number")
    finish("number")
    expect(unfinished(ORDER)).toBeNull()
  })

  it("dies of age", () => {
    begin(ORDER, "quote")
    vi.useFakeTimers({ now: Date.now() + 31 * MINUTE })
    expect(unfinished(ORDER)).toBeNull()
    vi.useRealTimers()
  })

  it("is not fooled by what else may lie there", () => {
    localStorage.setItem("zimmer.purchase", "{broken")
    expect(unfinished(ORDER)).toBeNull()
  })
})

describe("asking how it goes", () => {
  it("is eager, then patient, then over", () => {
    expect([nextQuestion(1, 0), nextQuestion(10, 0)]).toEqual([1000, 1000])
    expect([nextQuestion(11, 0), nextQuestion(30, 0)]).toEqual([2000, 2000])
    expect(nextQuestion(31, 0)).toBe(10_000)
    expect(nextQuestion(31, 10 * MINUTE)).toBe(false)
  })
})

describe("what is told", () => {
  const at = "2026-11-22T20:00:00Z"
  const told = (phase: Parameters<typeof outcomeOf>[0]) =>
    outcomeOf(phase, at, (day) => day.toISOString())

  it.each(["at_bank", "checking", "under_review", "crediting"] as const)(
    "%s is open: no way to pay again, and no word of failure",
    (phase) => {
      expect(isOpen(phase)).toBe(true)
      expect(told(phase).mayTryAgain).toBe(false)
      expect(told(phase).tone).not.toBe("bad")
    },
  )

  it.each(["canceled", "not_paid"] as const)("%s names the day of the 72 hours", (phase) => {
    expect(isOpen(phase)).toBe(false)
    expect(told(phase).lead).toContain("2026-11-25T20:00:00.000Z")
    expect(told(phase).mayTryAgain).toBe(true)
  })
})
