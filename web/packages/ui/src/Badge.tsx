import type { ReactNode } from "react"
import { cx } from "./cx"

export type BadgeTone = "neutral" | "good" | "wait" | "bad" | "gold" | "lapis"

const tones: Record<BadgeTone, string> = {
  neutral: "bg-fill text-ink-soft",
  good: "bg-good-soft text-good-ink",
  wait: "bg-wait-soft text-wait-ink",
  bad: "bg-bad-soft text-bad-ink",
  gold: "bg-gold-soft text-gold-ink",
  lapis: "bg-lapis-soft text-lapis-ink",
}

type Props = { tone: BadgeTone; icon?: ReactNode; children: ReactNode; className?: string }

/** A few words about a thing's state; the words carry the meaning, the colour repeats it. */
export function Badge({ tone, icon, children, className }: Props) {
  return (
    <span
      className={cx(
        "inline-flex max-w-full items-center gap-1 rounded-full px-2.5 py-0.5 text-xs font-medium",
        tones[tone],
        className,
      )}
    >
      {icon && (
        <span aria-hidden className="shrink-0 [&_svg]:size-3.5">
          {icon}
        </span>
      )}
      <span className="min-w-0 truncate">{children}</span>
    </span>
  )
}
