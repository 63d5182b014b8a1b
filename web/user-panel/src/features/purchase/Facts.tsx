import type { PaymentDetail, PublicStatus } from "@zimmer/api/payments"
import { Code } from "@zimmer/ui/Code"
import { moment, toman } from "@zimmer/ui/format"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import type { ReactNode } from "react"
import { fa } from "@/messages/fa"

const text = fa.returned

type Props = { number: string; purchase: PublicStatus; details: PaymentDetail | undefined }

/** What a customer may need to copy or compare. The card's number is its owner's alone. */
export function Facts({ number, purchase, details }: Props) {
  return (
    <dl className="divide-y divide-line border-line border-y">
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
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 py-1">
      <dt className="text-ink-soft text-sm">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

function Copyable({ text: copied, label }: { text: string; label: string }) {
  return <Code text={copied} label={label} copiedLabel={fa.common.copied} />
}
