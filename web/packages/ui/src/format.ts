/** How numbers, money and times look to the panel's readers, and how what they type becomes a number again. */

const NO_BREAK = "\u00a0"
const TEHRAN = "Asia/Tehran"

type Language = "fa" | "en"

const HABITS = {
  fa: {
    numbers: "fa-IR",
    dates: "fa-IR-u-ca-persian",
    month: "long",
    toman: "تومان",
    rial: "ریال",
    comma: "،",
  },
  en: {
    numbers: "en-US",
    dates: "en-GB",
    month: "short",
    toman: "toman",
    rial: "rials",
    comma: ",",
  },
} as const

let language: Language = "fa"
let { number, digit, day, shortDay, clock, year } = formatsOf("fa")

/** Which language the panel speaks; said once, by its _app. */
export function forLanguage(spoken: Language): void {
  language = spoken
  ;({ number, digit, day, shortDay, clock, year } = formatsOf(spoken))
}

/** 1250000 → «۱٬۲۵۰٬۰۰۰» */
export function count(value: number): string {
  return number.format(value)
}

/** Rials in, tomans out: 12500000 → «۱٬۲۵۰٬۰۰۰ تومان». A rest under one toman is cut, as everywhere in the country. */
export function toman(rials: number): string {
  return `${number.format(Math.trunc(rials / 10))}${NO_BREAK}${HABITS[language].toman}`
}

/** «۱۲٬۵۰۰٬۰۰۰ ریال», as banks and receipts write it. */
export function rial(rials: number): string {
  return `${number.format(rials)}${NO_BREAK}${HABITS[language].rial}`
}

/** «۱ آذر ۱۴۰۵», the day in Tehran. */
export function date(iso: string | Date): string {
  return day.format(new Date(iso))
}

/** «۱ آذر», the day in Tehran where the year goes without saying. */
export function dayAndMonth(iso: string | Date): string {
  return shortDay.format(new Date(iso))
}

/** «۱ آذر، ۱۴:۰۵»; with the year when it is not this one. */
export function moment(iso: string | Date, now: Date = new Date()): string {
  const at = new Date(iso)
  const name = year.format(at) === year.format(now) ? shortDay.format(at) : day.format(at)
  return `${name}${HABITS[language].comma} ${clock.format(at)}`
}

/** «۱۴:۰۵», the hour in Tehran. */
export function hour(iso: string | Date): string {
  return clock.format(new Date(iso))
}

/** Seconds as «۱۴:۰۵», for a countdown. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  return ownDigits(`${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`)
}

/** Latin digits become those of the panel's language, everything else stays. */
export function ownDigits(text: string): string {
  return text.replace(/[0-9]/g, (latin) => digit.format(Number(latin)))
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

function formatsOf(spoken: Language) {
  const { numbers, dates, month } = HABITS[spoken]
  const ofDays = (parts: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(dates, { timeZone: TEHRAN, ...parts })
  return {
    number: new Intl.NumberFormat(numbers),
    digit: new Intl.NumberFormat(numbers, { useGrouping: false }),
    day: ofDays({ day: "numeric", month, year: "numeric" }),
    shortDay: ofDays({ day: "numeric", month }),
    year: ofDays({ year: "numeric" }),
    clock: new Intl.DateTimeFormat(numbers, {
      timeZone: TEHRAN,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }),
  }
}
