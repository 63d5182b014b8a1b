import { Inbox } from "@/features/tickets/Inbox"
import { TicketPage } from "@/features/tickets/TicketPage"
import { tickets } from "@/messages/tickets"
import { Opened } from "@/shell/Opened"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{tickets.title}</Title>
      <StaffOnly rights={["tickets.read"]}>
        {(user) => (
          <Opened list={<Inbox />} one={(id) => <TicketPage key={id} id={id} user={user} />} />
        )}
      </StaffOnly>
    </>
  )
}
