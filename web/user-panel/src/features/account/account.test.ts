import { describe, expect, it } from "vitest"
import { signUpForm } from "@/features/account/forms"

describe("what is typed", () => {
  const form = {
    name: "سارا",
    email: "sara@example.com",
    phone_number: "",
    password: "x".repeat(12),
  }
  const parsed = (typed: Partial<typeof form>) => signUpForm.parse({ ...form, ...typed })
  const refused = (typed: Partial<typeof form>) =>
    signUpForm.safeParse({ ...form, ...typed }).error?.issues.map(({ path }) => path[0])

  it.each(["۰۹۱۲۳۴۵۶۷۸۹", "٠٩١٢٣٤٥٦٧٨٩", "0912 345 6789", "+989123456789", "0098-912-345-6789"])(
    "%s is a mobile number",
    (typed) => expect(parsed({ phone_number: typed }).phone_number).toBe("09123456789"),
  )

  it.each(["۰۹۱۲", "02112345678", "0912345678a"])("%s is none", (typed) =>
    expect(refused({ phone_number: typed })).toEqual(["phone_number"]),
  )

  it("becomes Persian letters in a name", () =>
    expect(parsed({ name: " علي كريمي " }).name).toBe("علی کریمی"))

  it.each(["sara", "sara@example", "sara@ex ample.com", "Sara <sara@example.com>"])(
    "%s is no address",
    (typed) => expect(refused({ email: typed })).toEqual(["email"]),
  )

  it("needs twelve characters for a password", () =>
    expect(refused({ password: "x".repeat(11) })).toEqual(["password"]))
})
