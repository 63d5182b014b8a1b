import { Badge } from "@zimmer/ui/Badge"
import type { Priority, TicketStatus } from "@/features/tickets/queries"
import { PRIORITY_TONES, STATUS_TONES } from "@/features/tickets/status"
import { tickets as text } from "@/messages/tickets"

export function StatusBadge({ status }: { status: TicketStatus }) {
  return <Badge tone={STATUS_TONES[status]}>{text.statuses[status]}</Badge>
}

export function PriorityBadge({ priority }: { priority: Priority }) {
  return <Badge tone={PRIORITY_TONES[priority]}>{text.priorities[priority]}</Badge>
}
