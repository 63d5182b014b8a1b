import { ButtonLink } from "@zimmer/ui/Button"
import { Notice } from "@zimmer/ui/Notice"
import Link from "next/link"
import type { ReactNode } from "react"
import { lowAmong, useOwnAutomations } from "@/features/automations/queries"
import { fa } from "@/messages/fa"

type Props = {
  /** What else needs the customer. */
  children: ReactNode
  /** How many things that are; null while it is not known. */
  others: number | null
}

/** What the customer should see first; a calm word when there is nothing. */
export function NeedsYou({ children, others }: Props) {
  const { data } = useOwnAutomations()
  const low = lowAmong(data?.items ?? [])
  const needed = low.length + (others ?? 0)
  const isNew = data === undefined || data.items.length === 0
  if (needed === 0 && (others === null || isNew)) return null // a newcomer needs no word of calm
  return (
    <section className="grid gap-3">
      <h2 className="font-semibold text-lg">{fa.home.needsYou}</h2>
      {children}
      {low.map((own) => (
        <Notice
          key={own.user_automation_id}
          tone="wait"
          action={
            <ButtonLink
              as={Link}
              href={`/automations/${own.automation_id}/tokens`}
              variant="secondary"
              aria-label={fa.balance.buyFor(own.name)}
            >
              {fa.balance.buy}
            </ButtonLink>
          }
        >
          {fa.home.low(own.display_name ?? own.name)}
        </Notice>
      ))}
      {needed === 0 && (
        <Notice tone="good" title={fa.home.allCalm}>
          {fa.home.allCalmLead}
        </Notice>
      )}
    </section>
  )
}
