import { expect, test } from "vitest"
import { pointsOf } from "./Sparkline"

test("a line goes from edge to edge, its highest day at the top and nothing at the bottom", () => {
  expect(pointsOf([0, 5, 10])).toBe("0,26 48,14 96,2")
})

test("days without anything are a line at the bottom", () => {
  expect(pointsOf([0, 0])).toBe("0,26 96,26")
})
