import type { AutomationCard } from "@zimmer/api/automations"
import { AutomationIcon } from "@zimmer/ui/AutomationIcon"
import { Badge } from "@zimmer/ui/Badge"
import { CardLink } from "@zimmer/ui/Card"
import { count, toman } from "@zimmer/ui/format"
import { Shamseh } from "@zimmer/ui/Shamseh"
import Link from "next/link"
import { HealthBadge } from "@/features/automations/HealthBadge"
import { fa } from "@/messages/fa"

type Props = {
  card: AutomationCard
  /** What the customer has of it; null when it is not in the account. */
  owned: number | null
}

/** One automation in the marketplace. The whole card is the link. */
export function MarketCard({ card, owned }: Props) {
  return (
    <CardLink as={Link} href={`/automations/${card.id}`} className="flex h-full flex-col gap-4">
      <div className="flex items-start gap-3">
        <AutomationIcon url={card.icon_url} />
        <div className="min-w-0">
          <h2 className="font-semibold">{card.name}</h2>
          <p className="text-ink-soft text-sm">{fa.market.by(card.developer)}</p>
        </div>
      </div>
      <p className="line-clamp-2 text-sm">{card.tagline}</p>
      <p className="flex flex-wrap gap-2">
        <Badge tone="neutral">{card.category}</Badge>
        <HealthBadge health={card.health_status} />
      </p>
      <p className="mt-auto flex items-center justify-between gap-3 border-line border-t pt-3 text-sm">
        <span className="font-semibold">{fa.market.from(toman(card.from_amount))}</span>
        <span className="flex items-center gap-1 text-gold-ink">
          <Shamseh size={16} className="text-gold" />
          {owned === null ? fa.market.gift(count(card.demo_tokens)) : fa.market.owned(count(owned))}
        </span>
      </p>
    </CardLink>
  )
}
