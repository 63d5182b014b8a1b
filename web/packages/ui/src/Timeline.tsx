import type { ReactNode } from "react"
import { cx } from "./cx"

const dots = {
  neutral: "bg-line-strong",
  good: "bg-good",
  wait: "bg-wait",
  bad: "bg-bad",
  lapis: "bg-lapis",
}

export type TimelineItem = {
  key: string | number
  title: ReactNode
  at?: ReactNode
  tone?: keyof typeof dots
  /** The step at which things stand now. */
  current?: boolean
}

/** What happened, in order, from the first to the last. */
export function Timeline({ items }: { items: TimelineItem[] }) {
  return (
    <ol className="flex flex-col">
      {items.map(({ key, ...item }) => (
        <Step key={key} {...item} />
      ))}
    </ol>
  )
}

function Step({ title, at, tone = "neutral", current }: Omit<TimelineItem, "key">) {
  return (
    <li
      aria-current={current ? "step" : undefined}
      className="group relative flex gap-3 pb-5 last:pb-0"
    >
      <span
        aria-hidden
        className="absolute inset-y-0 start-1.25 top-2 w-0.5 bg-line group-last:hidden"
      />
      <span
        aria-hidden
        className={cx(
          "relative mt-2 size-3 shrink-0 rounded-full",
          dots[tone],
          current && "ring-4 ring-fill-strong",
        )}
      />
      <span className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-4">
        <span className={cx("min-w-0 text-sm wrap-break-word", current && "font-medium")}>
          {title}
        </span>
        {at && <span className="text-xs text-ink-soft tabular-nums">{at}</span>}
      </span>
    </li>
  )
}
