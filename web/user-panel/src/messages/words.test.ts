import { Problem } from "@zimmer/api/problem"
import { PROBLEM_CODES } from "@zimmer/api/problem-codes.gen"
import { describe, expect, it } from "vitest"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const AN_ADDRESS = "sara@example.com"
const FACTS = { max_tokens: 9, min_tokens: 2, needed: 4, available: 1, retry_after_s: 75 }

/** Every sentence of a table, with plain words where numbers and names go. */
function sentencesOf(table: unknown): string[] {
  if (typeof table === "string") return [table]
  if (typeof table === "function") return [table("۱", "دو", "سه")]
  return Object.values(table as object).flatMap(sentencesOf)
}

const problems = [...PROBLEM_CODES, "unreachable" as const].map((code) =>
  sentenceOf(new Problem(code, 400, FACTS)),
)
const all = [...sentencesOf(fa), ...problems]

describe("the words of the panel", () => {
  it.each([/!/, /با موفقیت/, /کاربر گرامی/, /خطایی رخ داد/, /کیف پول/, /undefined|NaN|null/])(
    "never say %s",
    (banned) => expect(all.filter((sentence) => banned.test(sentence))).toEqual([]),
  )

  it("tell a bank that was silent once from purchases that rest", () => {
    const [once, resting] = [false, true].map((is_paused) =>
      sentenceOf(new Problem("gateway-unavailable", 503, { is_paused })),
    )
    expect(once).toContain("کم نشده است")
    expect(resting).toBe(fa.automation.reasons["gateway-paused"])
  })

  it("are written with Persian letters and digits", () => {
    const foreign = all.filter((sentence) => /[0-9٠-٩يك]/.test(sentence.replace(AN_ADDRESS, "")))
    expect(foreign).toEqual([])
  })

  it("keep the half-space of می‌ and ها", () => {
    expect(all.filter((sentence) => /(^|\s)ن?می\s/.test(sentence))).toEqual([])
  })

  it("have Latin letters only in addresses and in VPN", () => {
    const latin = all.filter((text) =>
      /[a-z]/i.test(text.replace(AN_ADDRESS, "").replace("VPN", "")),
    )
    expect(latin).toEqual([])
  })
})
