import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { Problem } from "@zimmer/api/problem"
import { PROBLEM_CODES } from "@zimmer/api/problem-codes.gen"
import { describe, expect, it } from "vitest"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const SRC = join(__dirname, "..")
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

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return /\.tsx?$/.test(entry.name) && !/\.test\./.test(entry.name) ? [path] : []
  })
}

describe("the tree", () => {
  const files = filesBelow(SRC).map((path) => ({
    path: relative(SRC, path),
    text: readFileSync(path, "utf8"),
  }))

  it("has every Persian sentence in messages", () => {
    const elsewhere = files.filter(
      ({ path, text }) =>
        !/^(messages|features\/kit)\//.test(path) &&
        /["'`>][^"'`<]*[\u0600-\u06ff]{2,}[^"'`<]*["'`<]/.test(
          text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""),
        ),
    )
    expect(elsewhere.map(({ path }) => path)).toEqual([])
  })

  it("has features that know nothing of each other", () => {
    const arrows = files.flatMap(({ path, text }) => {
      const own = /^features\/([^/]+)\//.exec(path)?.[1]
      const others = [...text.matchAll(/from "@\/features\/([^/"]+)/g)].map(([, name]) => name)
      return own ? others.filter((name) => name !== own).map((name) => `${path} → ${name}`) : []
    })
    expect(arrows).toEqual([])
  })

  it("has a shell and words that know no feature", () => {
    const wrong = files.filter(
      ({ path, text }) => /^(shell|messages)\//.test(path) && text.includes('"@/features/'),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it("touches tokens in one file only", () => {
    const touching = files.filter(({ text }) => /access_?token/i.test(text))
    expect(touching.map(({ path }) => path)).toEqual([])
  })
})
