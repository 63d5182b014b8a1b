import type { Me } from "@zimmer/api/session"
import { ChevronRight, CircleAlert, CircleCheck } from "lucide-react"
import Link from "next/link"
import { mattersOf } from "@/features/home/attention"
import type { Attention } from "@/features/home/queries"
import { home as text } from "@/messages/home"

/** The only coloured block of the page, and only while there is something to do. */
export function NeedsAttention({ attention, user }: { attention: Attention; user: Me }) {
  const matters = mattersOf(attention, user)
  if (matters.length === 0) {
    return (
      <p className="flex items-center gap-2 text-ink-soft">
        <CircleCheck aria-hidden className="size-5 shrink-0 text-good-ink" />
        {text.calm}
      </p>
    )
  }
  return (
    <section
      aria-labelledby="attention"
      className="rounded-lg border border-wait-line bg-wait-soft p-4 sm:p-6"
    >
      <h2 id="attention" className="mb-1 flex items-center gap-2 font-bold text-wait-ink">
        <CircleAlert aria-hidden className="size-5" />
        {text.attention}
      </h2>
      <ul className="grid gap-x-8 md:grid-cols-2">
        {matters.map(({ key, title, lead, href }) => (
          <li key={key}>
            <Link href={href} className="group flex min-h-14 items-center gap-3 py-2">
              <span className="min-w-0 flex-1">
                <span className="block font-semibold group-hover:underline">{title}</span>
                <span className="block text-ink-soft text-sm">{lead}</span>
              </span>
              <ChevronRight aria-hidden className="size-5 shrink-0 text-ink-soft" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
