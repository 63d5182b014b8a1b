import { ArrowRight } from "lucide-react"
import type { ElementType, ReactNode } from "react"
import { cx } from "./cx"

type Props = {
  title: ReactNode
  lead?: ReactNode
  actions?: ReactNode
  back?: { href: string; label: string; as?: ElementType }
  /** `narrow` for forms and reading. */
  width?: "narrow" | "wide"
  children?: ReactNode
}

/** The heading of a page and what stands under it; the panel's shell gives the margins. */
export function Page({ title, lead, actions, back, width = "wide", children }: Props) {
  return (
    <div
      className={cx(
        "flex w-full min-w-0 flex-col gap-6",
        width === "narrow" && "mx-auto max-w-2xl",
      )}
    >
      <header className="flex flex-col gap-1">
        {back && <Back {...back} />}
        <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
          <div className="flex min-w-0 max-w-2xl flex-col gap-1">
            <h1 className="text-xl leading-normal font-bold wrap-break-word">{title}</h1>
            {lead && <p className="text-base text-ink-soft text-pretty">{lead}</p>}
          </div>
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </div>
      </header>
      {children}
    </div>
  )
}

function Back({ href, label, as: Link = "a" }: { href: string; label: string; as?: ElementType }) {
  return (
    <Link
      href={href}
      className="-ms-2 inline-flex min-h-11 items-center gap-1.5 self-start rounded-sm px-2 text-sm text-ink-soft hover:text-ink"
    >
      <ArrowRight aria-hidden className="size-4 ltr:-scale-x-100" />
      {label}
    </Link>
  )
}
