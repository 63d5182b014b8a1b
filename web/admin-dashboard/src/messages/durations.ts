/** How long something took or has been, in its two largest units. */

const UNITS = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
] as const

/** 3 → «3 s», 245 → «4 min 5 s», 93 600 → «1 d 2 h». */
export function lasted(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds))
  const parts: string[] = []
  for (const [size, name] of UNITS) {
    const number = Math.floor(rest / size)
    rest -= number * size
    if (number > 0 && parts.length < 2) parts.push(`${number} ${name}`)
    else if (parts.length > 0) break
  }
  return parts.join(" ") || "0 s"
}
