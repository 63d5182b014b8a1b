import type { ReactNode } from "react"
import { cx } from "./cx"

/** Names and values, one pair a line. The rule below them parts them from what follows, and only then. */
export function Facts({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <dl className={cx("divide-y divide-line border-line border-y last:border-b-0", className)}>
      {children}
    </dl>
  )
}

export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 py-1">
      <dt className="text-ink-soft text-sm">{name}</dt>
      <dd className="min-w-0 wrap-break-word">{children}</dd>
    </div>
  )
}
