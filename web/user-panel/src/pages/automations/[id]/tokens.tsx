import { MembersOnly } from "@zimmer/panel/MembersOnly"
import { OpenPayments } from "@/features/payments/OpenPayments"
import { useOpenPayments } from "@/features/payments/queries"
import { BuyTokens, NothingToBuy, WaitingToBuy } from "@/features/purchase/BuyTokens"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"
import { useAutomationId } from "@/shell/useAutomationId"

export default function Page() {
  const id = useAutomationId()
  return (
    <>
      <Title>{fa.buy.title}</Title>
      {id === null ? (
        <NothingToBuy />
      ) : (
        <MembersOnly waiting={<WaitingToBuy />}>
          {() => id && <Purchase key={id} automationId={id} />}
        </MembersOnly>
      )}
    </>
  )
}

function Purchase({ automationId }: { automationId: number }) {
  const { open, healed } = useOpenPayments(automationId)
  const notices = open.length + healed.length > 0 && (
    <div className="grid gap-3">
      <OpenPayments open={open} healed={healed} most={1} />
    </div>
  )
  return <BuyTokens id={automationId} notices={notices} />
}
