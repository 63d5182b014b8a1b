import { MembersOnly } from "@zimmer/panel/MembersOnly"
import { History, WaitingForPayments } from "@/features/payments/History"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{fa.payments.title}</Title>
      <MembersOnly waiting={<WaitingForPayments rows={6} />}>{() => <History />}</MembersOnly>
    </>
  )
}
