import { Fact, Facts } from "@zimmer/ui/Facts"
import { moment } from "@zimmer/ui/format"
import type { TicketRecord } from "@/features/tickets/queries"
import { tickets as text } from "@/messages/tickets"
import { PlaceLink } from "@/shell/PlaceLink"

/** Who asks, and about what. */
export function TicketFacts({ ticket }: { ticket: TicketRecord }) {
  return (
    <Facts>
      <Fact name={text.customer}>
        <PlaceLink href={`/users/?id=${ticket.customer.id}`}>
          <bdi dir="auto">{ticket.customer.name}</bdi>
        </PlaceLink>
      </Fact>
      {ticket.payment_id !== null && (
        <Fact name={text.payment}>
          <PlaceLink href={`/payments/?id=${ticket.payment_id}`}>
            <bdi dir="ltr">{ticket.transaction_id}</bdi>
          </PlaceLink>
        </Fact>
      )}
      {ticket.user_automation_id !== null && (
        <Fact name={text.copy}>{text.copyOf(String(ticket.user_automation_id))}</Fact>
      )}
      <Fact name={text.importance}>{text.importances[ticket.importance]}</Fact>
      <Fact name={text.opened}>{moment(ticket.created_at)}</Fact>
    </Facts>
  )
}
