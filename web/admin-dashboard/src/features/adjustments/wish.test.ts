import { describe, expect, it } from "vitest"
import { type WishForm, wishForm, wishOf } from "@/features/adjustments/wish"

const FORM: WishForm = {
  copy: "12",
  bucket: "paid",
  direction: "add",
  tokens: "1,250",
  reason: "Paid twice by mistake",
  payment: "",
}

describe("a correction", () => {
  it("adds or takes what was typed", () => {
    expect(wishOf(FORM)).toMatchObject({
      user_automation_id: 12,
      delta: 1250,
      related_payment: null,
    })
    expect(wishOf({ ...FORM, direction: "take" }).delta).toBe(-1250)
    expect(wishOf({ ...FORM, payment: "۷" }).related_payment).toBe(7)
  })

  it.each([
    { copy: "" },
    { copy: "0" },
    { tokens: "0" },
    { tokens: "-5" },
    { tokens: "10000001" },
    { tokens: "1.5" },
    { reason: "why" },
    { reason: "     " },
    { payment: "seed-1" },
  ])("is refused with %j", (wrong) =>
    expect(wishForm.safeParse({ ...FORM, ...wrong }).success).toBe(false),
  )

  it("is accepted as it stands", () => expect(wishForm.safeParse(FORM).success).toBe(true))
})
