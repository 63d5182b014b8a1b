import { ArrowDownRight, ArrowUpRight, Minus } from "lucide-react"
import type { ReactNode } from "react"
import { Card } from "./Card"
import { Sparkline } from "./Sparkline"

type Props = {
  label: ReactNode
  value: ReactNode
  /** How it differs from before, in words; `direction` draws the arrow. */
  change?: ReactNode
  direction?: "up" | "down" | "same"
  /** Day by day, the last one today. */
  days?: number[]
}

const ARROWS = { up: ArrowUpRight, down: ArrowDownRight, same: Minus }

/** One figure of a dashboard, with what it was before. */
export function Stat({ label, value, change, direction = "same", days }: Props) {
  const Arrow = ARROWS[direction]
  return (
    <Card padding="sm" className="grid content-start gap-1">
      <h2 className="text-ink-soft text-sm">{label}</h2>
      <p className="flex flex-wrap items-end justify-between gap-x-3">
        <span className="font-bold text-xl tabular-nums leading-normal">{value}</span>
        {days && <Sparkline values={days} className="mb-1.5 text-lapis" />}
      </p>
      {change && (
        <p className="flex items-center gap-1 text-ink-soft text-xs tabular-nums">
          <Arrow aria-hidden className="size-4 shrink-0 rtl:-scale-x-100" />
          {change}
        </p>
      )}
    </Card>
  )
}
