import type { ReactNode } from "react"
import { cx } from "./cx"

const SOON_SECONDS = 120

type Props = {
  /** Seconds left. */
  remaining: number
  /** Seconds at the start. */
  total: number
  label: string
  /** What stands in the middle. */
  children?: ReactNode
  size?: number
}

/** A ring that empties with the time; in its last two minutes it turns to the colour of waiting. */
export function CountdownRing({ remaining, total, label, children, size = 56 }: Props) {
  const left = total > 0 ? Math.min(1, Math.max(0, remaining / total)) : 0
  return (
    <div
      role="timer"
      aria-label={label}
      className="relative grid shrink-0 place-items-center"
      style={{ width: size, height: size }}
    >
      <svg
        aria-hidden
        viewBox="0 0 56 56"
        className="absolute inset-0 size-full -rotate-90 rtl:-scale-y-100"
        fill="none"
        strokeWidth="3"
      >
        <circle cx="28" cy="28" r="26" className="stroke-fill-strong" />
        <circle
          cx="28"
          cy="28"
          r="26"
          pathLength="1"
          strokeDasharray={`${left} 1`}
          className={cx(
            remaining < SOON_SECONDS ? "stroke-wait" : "stroke-lapis",
            left === 0 && "opacity-0",
          )}
        />
      </svg>
      <span className="text-xs font-medium tabular-nums">{children}</span>
    </div>
  )
}
