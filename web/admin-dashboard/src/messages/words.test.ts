import { globSync, readFileSync } from "node:fs"
import { Problem } from "@zimmer/api/problem"
import { PROBLEM_CODES } from "@zimmer/api/problem-codes.gen"
import { describe, expect, it } from "vitest"
import { sentenceOf } from "@/messages/problems"

const FACTS = { max_tokens: 9, min_tokens: 2, needed: 4, available: 1, retry_after_s: 75 }

const problems = [...PROBLEM_CODES, "unreachable" as const].map((code) =>
  sentenceOf(new Problem(code, 400, FACTS)),
)
const tables = globSync("admin-dashboard/src/messages/*.ts")
  .filter((path) => !path.includes(".test."))
  .map((path) => readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""))
const quoted = tables.flatMap((text) => text.match(/"[^"\n]*"|`[^`]*`/g) ?? [])

describe("the words of the dashboard", () => {
  it("are there", () => expect(quoted.length).toBeGreaterThan(300))

  it.each([
    /!["`]/,
    /successfully/i,
    /\bplease\b/i,
    /\boops\b/i,
    /\bsorry\b/i,
    /something went wrong/i,
  ])("never say %s", (banned) =>
    expect([...quoted, ...problems].filter((line) => banned.test(line))).toEqual([]),
  )

  it("have a whole sentence for every problem", () =>
    expect(problems.filter((sentence) => !/^[A-Z].*\.$/.test(sentence))).toEqual([]))
})
