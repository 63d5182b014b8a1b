import type { Phase } from "@zimmer/api/payments"
import { Badge } from "@zimmer/ui/Badge"
import { nameOf, toneOf } from "@/features/payments/status"

/** How a purchase stands, in one word. */
export function PhaseBadge({ phase }: { phase: Phase }) {
  return <Badge tone={toneOf(phase)}>{nameOf(phase)}</Badge>
}
