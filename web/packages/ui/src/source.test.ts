/** What no reviewer should have to look for: sides that do not turn with the text, and colours outside the theme. */
import { globSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"

const files = globSync("{packages/*,*}/src/**/*.{ts,tsx,css}").filter(
  (file) => !/\.(test|gen)\.|node_modules/.test(file),
)

const PHYSICAL = [
  /(?<![\w-])-?(ml|mr|pl|pr|left|right|scroll-m[lr]|scroll-p[lr])-(\d|px|auto|full|\[|\(|-)/,
  /(?<![\w-])(text-left|text-right|float-left|float-right|clear-left|clear-right)(?![\w-])/,
  /(?<![\w-])(border-[lr]|rounded-(l|r|tl|tr|bl|br))(?=[-\s"'`])/,
]
const HEX = /#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})(?![\w-])/i

function offences(pattern: RegExp, among: string[]): string[] {
  return among.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1} ${line.trim()}`] : [])),
  )
}

test("there is something to look at", () => {
  expect(files.length).toBeGreaterThan(30)
})

test.each(PHYSICAL)("nothing says left or right: %s", (pattern) => {
  expect(offences(pattern, files)).toEqual([])
})

test("no component has a colour of its own", () => {
  const own = files.filter((file) => file.endsWith(".tsx") && !file.endsWith("_document.tsx"))
  expect(offences(HEX, own)).toEqual([])
})

test("the patterns find what they look for", () => {
  for (const wrong of ["ml-2", "-mr-px", "left-0", "text-right", "border-l", "rounded-tl-md"]) {
    expect(PHYSICAL.some((pattern) => pattern.test(`"${wrong} flex"`))).toBe(true)
  }
  for (const right of [
    "ms-2",
    "start-0",
    "text-start",
    "border-line",
    "rounded-lg",
    "arrow-left",
  ]) {
    expect(PHYSICAL.some((pattern) => pattern.test(`"${right} flex"`))).toBe(false)
  }
  expect(HEX.test('color: "#fff"')).toBe(true)
  expect(HEX.test('href="#content"')).toBe(false)
})
