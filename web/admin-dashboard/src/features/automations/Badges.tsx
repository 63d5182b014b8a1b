import { Badge, type BadgeTone } from "@zimmer/ui/Badge"
import type { Health } from "@/features/automations/queries"
import { automations as text } from "@/messages/automations"

const TONES: Record<Health, BadgeTone> = {
  healthy: "good",
  degraded: "wait",
  unhealthy: "bad",
  unknown: "neutral",
}

export function HealthBadge({ health }: { health: Health }) {
  return <Badge tone={TONES[health]}>{text.healths[health]}</Badge>
}

/** Whether customers can find and buy it. */
export function MarketBadge({ listed, sold }: { listed: boolean; sold: boolean }) {
  if (!sold) return <Badge tone="bad">{text.isWithdrawn}</Badge>
  return (
    <Badge tone={listed ? "good" : "neutral"}>{listed ? text.isListed : text.isUnlisted}</Badge>
  )
}
