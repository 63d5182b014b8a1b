/** A browser's own name for itself, as its owner would call the device. */

import { settings as text } from "@/messages/settings"

type Known = readonly (readonly [RegExp, string])[]

// The first that fits: every iPad and Android says more than one of these.
const SYSTEMS: Known = [
  [/iPad/, text.systems.ipad],
  [/iPhone/, text.systems.iphone],
  [/Android/, text.systems.android],
  [/Windows/, text.systems.windows],
  [/Mac OS X|Macintosh/, text.systems.mac],
  [/Linux|X11/, text.systems.linux],
]
const BROWSERS: Known = [
  [/Telegram/i, text.browsers.telegram],
  [/Edg(e|A|iOS)?\//, text.browsers.edge],
  [/SamsungBrowser/, text.browsers.samsung],
  [/OPR\/|OPT\//, text.browsers.opera],
  [/Firefox|FxiOS/, text.browsers.firefox],
  [/Chrome|CriOS/, text.browsers.chrome],
  [/Safari/, text.browsers.safari],
]

/** «کروم در ویندوز»; a program that is no browser keeps its word for itself. */
export function deviceOf(userAgent: string | null): string {
  const system = named(SYSTEMS, userAgent)
  if (!userAgent || !system) return userAgent?.split("/")[0] || text.unknownDevice
  return text.device(named(BROWSERS, userAgent) ?? text.unknownBrowser, system)
}

function named(known: Known, userAgent: string | null): string | undefined {
  return known.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1]
}
