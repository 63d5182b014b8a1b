import type { AutomationCard } from "@zimmer/api/automations"
import { Badge } from "@zimmer/ui/Badge"
import { TriangleAlert } from "lucide-react"
import { fa } from "@/messages/fa"

/** How an automation fares; silent while it is well. */
export function HealthBadge({ health }: { health: AutomationCard["health_status"] }) {
  const label = fa.market.health[health]
  if (!label) return null
  return (
    <Badge tone={health === "unhealthy" ? "bad" : "wait"} icon={<TriangleAlert size={14} />}>
      {label}
    </Badge>
  )
}
