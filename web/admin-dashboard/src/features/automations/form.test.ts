import { describe, expect, it } from "vitest"
import { automationForm, formOf, newOf, sentOf } from "@/features/automations/form"

const FORM = { ...formOf(), name: "Translator", price: "2,500" }

describe("an automation as it is typed", () => {
  it("has its price in toman and is sent in rials", () =>
    expect(newOf(FORM)).toMatchObject({ name: "Translator", price_per_token: 25_000 }))

  it("sends nothing where nothing was typed", () =>
    expect(newOf(FORM)).toMatchObject({ tagline: "", description: null, icon_url: null }))

  it("sends of a change what was named", () =>
    expect(sentOf(FORM, ["tagline"])).toEqual({ tagline: "" }))

  it.each([
    { name: " " },
    { price: "0" },
    { price: "a lot" },
    { icon_url: "http://example.com/a.png" },
    { support_url: "javascript:alert(1)" },
    { category: "x".repeat(51) },
  ])("is refused with %j", (wrong) =>
    expect(automationForm.safeParse({ ...FORM, ...wrong }).success).toBe(false),
  )

  it("is accepted as it stands", () => expect(automationForm.safeParse(FORM).success).toBe(true))
})
