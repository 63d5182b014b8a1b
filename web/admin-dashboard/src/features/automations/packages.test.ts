import { expect, test } from "vitest"
import { packagesOf } from "@/features/automations/packages"

const line = (key: string, tokens: string, toman: string) => ({ key, tokens, toman })

test("packages stand in the order of their lines, one of them recommended", () =>
  expect(packagesOf([line("a", "100", "40,000"), line("b", "۵۰۰", "180000")], "b")).toEqual([
    { tokens: 100, amount: 400_000, position: 0, highlight: false },
    { tokens: 500, amount: 1_800_000, position: 1, highlight: true },
  ]))

test.each([
  [[line("a", "", "40000")]],
  [[line("a", "0", "40000")]],
  [[line("a", "100", "-1")]],
  [[line("a", "100", "1"), line("b", "100", "2")]],
])("what makes no sense is no package: %j", (lines) => expect(packagesOf(lines, null)).toBeNull())

test("none at all is allowed", () => expect(packagesOf([], null)).toEqual([]))
