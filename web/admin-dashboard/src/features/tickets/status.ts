/** How a ticket's states look. The compiler asks for every one. */

import type { BadgeTone } from "@zimmer/ui/Badge"
import type { Priority, TicketStatus } from "@/features/tickets/queries"

/** Amber is what waits for us. */
export const STATUS_TONES: Record<TicketStatus, BadgeTone> = {
  open: "wait",
  in_progress: "lapis",
  waiting: "neutral",
  resolved: "good",
  closed: "neutral",
}

export const PRIORITY_TONES: Record<Priority, BadgeTone> = {
  low: "neutral",
  medium: "neutral",
  high: "wait",
  urgent: "bad",
}
