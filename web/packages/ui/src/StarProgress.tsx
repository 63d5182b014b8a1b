import type { ReactNode } from "react"
import { cx } from "./cx"
import { STAR_POINTS } from "./Shamseh"

const GAP = 1.6 // in hundredths of the whole outline

const tones = {
  wait: { line: "stroke-wait", full: "fill-wait-soft", ink: "text-wait-ink" },
  good: { line: "stroke-good", full: "fill-good-soft", ink: "text-good-ink" },
  bad: { line: "stroke-bad", full: "fill-bad-soft", ink: "text-bad-ink" },
}

type Props = {
  steps: number
  done: number
  tone: keyof typeof tones
  /** Lets the step under way breathe. */
  spinning?: boolean
  size?: number
  /** What stands inside the star. */
  children?: ReactNode
}

/** The star's outline drawn step by step; full when the last step is done. */
export function StarProgress({ steps, done, tone, spinning, size = 160, children }: Props) {
  const full = done >= steps
  const look = tones[tone]
  return (
    <div
      className={cx("relative grid place-items-center", look.ink)}
      style={{ width: size, height: size }}
    >
      <svg
        aria-hidden
        viewBox="0 0 100 100"
        className="absolute inset-0 size-full rtl:-scale-x-100"
        fill="none"
        strokeWidth="3"
        strokeLinejoin="round"
      >
        {full ? (
          <polygon points={STAR_POINTS} className={cx(look.line, look.full)} />
        ) : (
          Array.from({ length: steps }, (_, step) => step).map((step) => (
            <Segment
              key={step}
              step={step}
              steps={steps}
              className={cx(
                step < done ? look.line : "stroke-fill-strong",
                step === done && spinning && cx(look.line, "animate-breathe"),
              )}
            />
          ))
        )}
      </svg>
      <div className="relative max-w-3/5 text-center text-sm">{children}</div>
    </div>
  )
}

function Segment({ step, steps, className }: { step: number; steps: number; className: string }) {
  const length = 100 / steps
  return (
    <polygon
      points={STAR_POINTS}
      pathLength={100}
      strokeDasharray={`${length - GAP} ${100 - length + GAP}`}
      strokeDashoffset={-(step * length + GAP / 2)}
      className={className}
    />
  )
}
