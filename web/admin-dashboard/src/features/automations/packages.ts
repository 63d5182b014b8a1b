/** Packages as they are typed: tokens and tomans, one recommended at the most. */

import { wholeNumber } from "@zimmer/ui/format"
import type { AutomationRecord, Package } from "@/features/automations/queries"

const RIALS = 10

export type Line = { key: string; tokens: string; toman: string }

export function linesOf(automation: AutomationRecord): Line[] {
  return automation.packages.map(({ id, tokens, amount }) => ({
    key: String(id),
    tokens: String(tokens),
    toman: String(Math.trunc(amount / RIALS)),
  }))
}

/** What the lines ask for, in their order; null when one of them makes no sense or a size stands twice. */
export function packagesOf(lines: Line[], recommended: string | null): Package[] | null {
  const packages: Package[] = []
  for (const [position, line] of lines.entries()) {
    const tokens = wholeNumber(line.tokens)
    const toman = wholeNumber(line.toman)
    if (!tokens || !toman) return null
    const highlight = line.key === recommended
    packages.push({ tokens, amount: toman * RIALS, position, highlight })
  }
  return new Set(packages.map(({ tokens }) => tokens)).size === packages.length ? packages : null
}
