/** What a payment's status is called, and how it looks. The compiler asks for every one. */

import type { BadgeTone } from "@zimmer/ui/Badge"
import type { PaymentStatus, Tone } from "@/features/payments/queries"
import { payments as text } from "@/messages/payments"

const TONES: Record<PaymentStatus, BadgeTone> = {
  created: "wait",
  init_unknown: "neutral",
  rejected: "neutral",
  pending: "wait",
  verifying: "wait",
  verify_unknown: "wait",
  not_paid: "neutral",
  expired: "neutral",
  review: "bad",
  verified: "wait",
  credited: "good",
  reversing: "wait",
  reversed: "neutral",
  refund_pending: "wait",
  refunded: "neutral",
  closed: "neutral",
}

export function toneOf(status: PaymentStatus): BadgeTone {
  return TONES[status]
}

export function nameOf(status: PaymentStatus): string {
  return text.statuses[status]
}

/** How a verdict looks: what is over without money is news, not a warning. */
export const VERDICT_TONES = {
  good: "good",
  calm: "info",
  wait: "wait",
  bad: "bad",
} as const satisfies Record<Tone, string>
