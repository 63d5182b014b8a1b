import { Badge, type BadgeTone } from "@zimmer/ui/Badge"
import type { AdjustmentState } from "@/features/adjustments/queries"
import { adjustments as text } from "@/messages/adjustments"

const TONES: Record<AdjustmentState, BadgeTone> = {
  requested: "wait",
  approved: "good",
  rejected: "neutral",
  expired: "neutral",
}

export function StateBadge({ state }: { state: AdjustmentState }) {
  return <Badge tone={TONES[state]}>{text.states[state]}</Badge>
}
