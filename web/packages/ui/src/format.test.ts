import { afterEach, describe, expect, test } from "vitest"
import * as format from "./format"

const DIRECTION_MARKS = /[\u200e\u200f\u061c]/g // marks of direction, which a reader does not see
const NO_BREAK = "\u00a0"
const seen = (text: string) => text.replace(DIRECTION_MARKS, "")

describe("numbers and money", () => {
  test.each([
    [0, "۰"],
    [999, "۹۹۹"],
    [1_250_000, "۱٬۲۵۰٬۰۰۰"],
    [123_456_789_012, "۱۲۳٬۴۵۶٬۷۸۹٬۰۱۲"],
  ])("%d is written in Persian digits and groups", (value, text) => {
    expect(format.count(value)).toBe(text)
  })

  test.each([
    [12_500_000, "۱٬۲۵۰٬۰۰۰"],
    [0, "۰"],
    [10, "۱"],
    [9, "۰"],
    [2_509, "۲۵۰"],
  ])("%d rials are shown in toman, the rest cut", (rials, text) => {
    expect(format.toman(rials)).toBe(`${text}${NO_BREAK}تومان`)
  })
})

describe("dates", () => {
  test.each([
    ["2026-11-22T12:00:00Z", "۱ آذر ۱۴۰۵"],
    ["2026-11-21T20:29:59Z", "۳۰ آبان ۱۴۰۵"], // one second before midnight in Tehran
    ["2026-11-21T20:30:00Z", "۱ آذر ۱۴۰۵"], // midnight in Tehran
    ["2026-03-20T20:29:59Z", "۲۹ اسفند ۱۴۰۴"],
    ["2026-03-20T20:30:00Z", "۱ فروردین ۱۴۰۵"], // Nowruz
    ["2025-03-20T12:00:00Z", "۳۰ اسفند ۱۴۰۳"], // a leap year
  ])("%s is the day in Tehran", (iso, text) => {
    expect(seen(format.date(iso))).toBe(text)
  })

  test("the hour is Tehran's, and midnight is not twenty-four", () => {
    expect(format.hour("2026-11-22T10:35:00Z")).toBe("۱۴:۰۵")
    expect(format.hour("2026-11-21T20:30:00Z")).toBe("۰۰:۰۰")
  })

  test("a moment of this year has no year, one of another year has", () => {
    const now = new Date("2026-11-22T12:00:00Z")
    expect(seen(format.moment("2026-11-22T10:35:00Z", now))).toBe("۱ آذر، ۱۴:۰۵")
    expect(seen(format.moment("2026-03-20T20:29:00Z", now))).toBe("۲۹ اسفند ۱۴۰۴، ۲۳:۵۹")
  })

  test("the year changes at Tehran's Nowruz, not at ours", () => {
    const afterNowruz = new Date("2026-03-20T20:31:00Z")
    expect(seen(format.moment("2026-03-20T20:30:00Z", afterNowruz))).toBe("۱ فروردین، ۰۰:۰۰")
  })

  test.each([
    [900, "۱۵:۰۰"],
    [61.2, "۱:۰۲"],
    [9, "۰:۰۹"],
    [-3, "۰:۰۰"],
  ])("%d seconds count down", (seconds, text) => {
    expect(format.countdown(seconds)).toBe(text)
  })
})

describe("what people type", () => {
  test.each([
    ["۱۲۳", 123],
    ["١٢٣", 123],
    ["123", 123],
    ["۱٬۲۳۴٬۵۶۷", 1_234_567],
    ["1,234,567", 1_234_567],
    ["۱،۲۳۴", 1_234],
    [" 1 234 ", 1_234],
    ["007", 7],
    ["۰", 0],
  ])("%s is a whole number", (text, value) => {
    expect(format.wholeNumber(text)).toBe(value)
  })

  test.each(["", "   ", "abc", "12a", "-5", "1.5", "۱٫۵", "1234567890123456"])(
    "“%s” is none",
    (text) => {
      expect(format.wholeNumber(text)).toBeNull()
    },
  )

  test("digits become Latin and the rest stays", () => {
    expect(format.latinDigits("کد ۹۰٤١7")).toBe("کد 90417")
  })

  test("digits become Persian and the rest stays", () => {
    expect(format.ownDigits("ZM-2026")).toBe("ZM-۲۰۲۶")
  })

  test("Arabic letters become the Persian ones", () => {
    expect(format.persianLetters("كيك علي موسى")).toBe("کیک علی موسی")
  })
})

describe("an English panel", () => {
  afterEach(() => format.forLanguage("fa"))

  test("has Latin digits, the Gregorian year and the hours of Tehran", () => {
    format.forLanguage("en")
    expect(format.count(1_250_000)).toBe("1,250,000")
    expect(format.toman(12_500_000)).toBe(`1,250,000${NO_BREAK}toman`)
    expect(format.date("2026-11-22T12:00:00Z")).toBe("22 Nov 2026")
    expect(format.moment("2026-11-22T12:00:00Z", new Date("2026-12-31T20:00:00Z"))).toBe(
      "22 Nov, 15:30",
    )
    expect(format.moment("2026-11-22T12:00:00Z", new Date("2026-12-31T20:30:00Z"))).toBe(
      "22 Nov 2026, 15:30",
    )
    expect(format.countdown(65)).toBe("1:05")
  })
})
