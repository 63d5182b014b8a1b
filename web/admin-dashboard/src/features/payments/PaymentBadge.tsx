import { Badge } from "@zimmer/ui/Badge"
import type { PaymentStatus } from "@/features/payments/queries"
import { nameOf, toneOf } from "@/features/payments/status"

/** Where a payment stands inside. */
export function PaymentBadge({ status }: { status: PaymentStatus }) {
  return <Badge tone={toneOf(status)}>{nameOf(status)}</Badge>
}
