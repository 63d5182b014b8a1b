import { CircleAlert, CircleCheck, Clock, Info } from "lucide-react"
import type { ReactNode } from "react"
import { cx } from "./cx"

const tones = {
  info: { box: "border-lapis-line bg-lapis-soft/60", ink: "text-lapis-ink", Icon: Info },
  good: { box: "border-good-line bg-good-soft/60", ink: "text-good-ink", Icon: CircleCheck },
  wait: { box: "border-wait-line bg-wait-soft/60", ink: "text-wait-ink", Icon: Clock },
  bad: { box: "border-bad-line bg-bad-soft/60", ink: "text-bad-ink", Icon: CircleAlert },
}

type Props = {
  tone: keyof typeof tones
  title?: ReactNode
  children?: ReactNode
  action?: ReactNode
  /** Reads the block aloud when it appears or changes. */
  live?: "polite" | "assertive"
  className?: string
}

/** A message in the place it speaks of, with an icon beside the colour. */
export function Notice({ tone, title, children, action, live, className }: Props) {
  const { box, ink, Icon } = tones[tone]
  return (
    <div
      role={live && (live === "assertive" ? "alert" : "status")}
      className={cx("flex gap-3 rounded-md border p-4 text-sm text-ink", box, className)}
    >
      <Icon aria-hidden className={cx("mt-0.5 size-5 shrink-0", ink)} />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        {title && <p className="font-semibold">{title}</p>}
        {children && <div className="min-w-0 wrap-break-word">{children}</div>}
        {action && <div className="mt-2 flex flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  )
}
