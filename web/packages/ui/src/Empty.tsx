import type { ReactNode } from "react"
import { cx } from "./cx"
import { Shamseh } from "./Shamseh"

type Props = {
  title: ReactNode
  /** `h1` where this is the whole page. */
  heading?: "h1" | "h2" | "p"
  children?: ReactNode
  action?: ReactNode
  className?: string
}

/** A place with nothing in it yet: one sentence and the next step. */
export function Empty({ title, heading: Heading = "p", children, action, className }: Props) {
  return (
    <div className={cx("flex flex-col items-center gap-3 px-4 py-12 text-center", className)}>
      <Shamseh variant="line" size={112} className="mb-2 text-edge" />
      <Heading
        className={cx(
          "max-w-md text-balance",
          Heading === "h1" ? "font-bold text-lg" : "font-medium text-base",
        )}
      >
        {title}
      </Heading>
      {children && <div className="max-w-md text-sm text-ink-soft text-pretty">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
