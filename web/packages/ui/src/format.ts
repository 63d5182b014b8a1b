/** How numbers, money and times look to a Persian reader, and how what they type becomes a number again. */

const NO_BREAK = "\u00a0"
const LATIN = "en-US"
const PERSIAN = "fa-IR"
const TEHRAN = "Asia/Tehran"

const number = new Intl.NumberFormat(PERSIAN)
const day = new Intl.DateTimeFormat("fa-IR-u-ca-persian", {
  timeZone: TEHRAN,
  day: "numeric",
  month: "long",
  year: "numeric",
})
const shortDay = new Intl.DateTimeFormat("fa-IR-u-ca-persian", {
  timeZone: TEHRAN,
  day: "numeric",
  month: "long",
})
const clock = new Intl.DateTimeFormat(PERSIAN, {
  timeZone: TEHRAN,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
})
const persianDigit = new Intl.NumberFormat(PERSIAN, { useGrouping: false })

/** 1250000 → «۱٬۲۵۰٬۰۰۰» */
export function count(value: number): string {
  return number.format(value)
}

/** Rials in, tomans out: 12500000 → «۱٬۲۵۰٬۰۰۰ تومان». A rest under one toman is cut, as everywhere in the country. */
export function toman(rials: number): string {
  return `${number.format(Math.trunc(rials / 10))}${NO_BREAK}تومان`
}

/** «۱ آذر ۱۴۰۵», the day in Tehran. */
export function date(iso: string | Date): string {
  return day.format(new Date(iso))
}

/** «۱ آذر، ۱۴:۰۵»; with the year when it is not this one. */
export function moment(iso: string | Date, now: Date = new Date()): string {
  const at = new Date(iso)
  const name = yearOf(at) === yearOf(now) ? shortDay.format(at) : day.format(at)
  return `${name}، ${clock.format(at)}`
}

/** «۱۴:۰۵», the hour in Tehran. */
export function hour(iso: string | Date): string {
  return clock.format(new Date(iso))
}

/** Seconds as «۱۴:۰۵», for a countdown. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  return persian(`${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`)
}

/** Latin digits become Persian ones, everything else stays. */
export function persian(text: string): string {
  return text.replace(/[0-9]/g, (digit) => persianDigit.format(Number(digit)))
}

/** What people type: Persian and Arabic digits become Latin ones. */
export function latinDigits(text: string): string {
  return text
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
}

/** A whole number as typed, separators of three kinds allowed; null for anything else. */
export function wholeNumber(text: string): number | null {
  const plain = latinDigits(text).replace(/[\s٬,،_]/g, "")
  if (!/^\d{1,15}$/.test(plain)) return null
  return Number(plain)
}

/** Arabic ye and kaf, as some keyboards write them, become the Persian ones. */
export function persianLetters(text: string): string {
  return text.replace(/[يى]/g, "ی").replace(/ك/g, "ک")
}

function yearOf(at: Date): string {
  return new Intl.DateTimeFormat(`${LATIN}-u-ca-persian`, {
    timeZone: TEHRAN,
    year: "numeric",
  }).format(at)
}
