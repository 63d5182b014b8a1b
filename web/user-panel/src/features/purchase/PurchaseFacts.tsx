import type { PaymentDetail, PublicStatus } from "@zimmer/api/payments"
import { Code } from "@zimmer/ui/Code"
import { Fact, Facts } from "@zimmer/ui/Facts"
import { moment, toman } from "@zimmer/ui/format"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { fa } from "@/messages/fa"

const text = fa.returned

type Props = { number: string; purchase: PublicStatus; details: PaymentDetail | undefined }

/** What a customer may need to copy or compare. The card's number is its owner's alone. */
export function PurchaseFacts({ number, purchase, details }: Props) {
  return (
    <Facts>
      <Fact name={text.automation}>{purchase.automation_name}</Fact>
      <Fact name={text.tokens}>
        <TokenAmount tokens={purchase.tokens} size="sm" unit={fa.common.tokens} />
      </Fact>
      <Fact name={text.amount}>{toman(purchase.amount)}</Fact>
      <Fact name={text.at}>{moment(purchase.created_at)}</Fact>
      {purchase.tracking_code && (
        <Fact name={text.tracking}>
          <Copyable text={purchase.tracking_code} label={text.trackingCopy} />
        </Fact>
      )}
      {details?.card_pan && (
        <Fact name={text.card}>
          <bdi dir="ltr">{details.card_pan}</bdi>
        </Fact>
      )}
      <Fact name={text.number}>
        <Copyable text={number} label={text.numberCopy} />
      </Fact>
    </Facts>
  )
}

function Copyable({ text: copied, label }: { text: string; label: string }) {
  return <Code text={copied} label={label} copiedLabel={fa.common.copied} />
}
