import { Code } from "@zimmer/ui/Code"
import { Fact, Facts } from "@zimmer/ui/Facts"
import { count, moment, toman } from "@zimmer/ui/format"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import type { Trace } from "@/features/payments/queries"
import { en } from "@/messages/en"
import { payments as text } from "@/messages/payments"
import { PlaceLink } from "@/shell/PlaceLink"

/** What stands in the payment's row; codes can be copied into the bank's own pages. */
export function TraceFacts({ payment }: { payment: Trace["payment"] }) {
  return (
    <Facts>
      <Fact name={text.transaction}>
        <Copyable name={text.transaction} value={payment.transaction_id} />
      </Fact>
      <Fact name={text.columns.customer}>
        <PlaceLink href={`/users/?id=${payment.user.id}`}>
          <bdi dir="auto">{payment.user.name}</bdi>
        </PlaceLink>
      </Fact>
      <Fact name={text.columns.automation}>
        <PlaceLink href={`/automations/?id=${payment.automation.id}`}>
          <bdi dir="auto">{payment.automation.name}</bdi>
        </PlaceLink>
      </Fact>
      <Fact name={text.columns.tokens}>
        <TokenAmount tokens={payment.tokens} size="sm" />
      </Fact>
      <Fact name={text.columns.amount}>{toman(payment.amount)}</Fact>
      {payment.discount_code && (
        <>
          <Fact name={text.amountBefore}>{toman(payment.amount_before)}</Fact>
          <Fact name={text.discount}>
            <bdi dir="ltr">{payment.discount_code}</bdi>
          </Fact>
        </>
      )}
      <Fact name={text.unitPrice}>{toman(payment.unit_price)}</Fact>
      {payment.authority && (
        <Fact name={text.authority}>
          <Copyable name={text.authority} value={payment.authority} />
        </Fact>
      )}
      {payment.tracking_code && (
        <Fact name={text.tracking}>
          <Copyable name={text.tracking} value={payment.tracking_code} />
        </Fact>
      )}
      {payment.card_pan && (
        <Fact name={text.card}>
          <bdi dir="ltr">{payment.card_pan}</bdi>
        </Fact>
      )}
      {payment.fee !== null && <Fact name={text.fee}>{toman(payment.fee)}</Fact>}
      <Fact name={text.attempts}>{text.times(count(payment.attempts))}</Fact>
      <Times payment={payment} />
    </Facts>
  )
}

function Times({ payment }: { payment: Trace["payment"] }) {
  const times: [string, string | null][] = [
    [text.created, payment.created_at],
    [text.nok, payment.nok_at],
    [text.canceled, payment.canceled_at],
    [text.verified, payment.verified_at],
    [text.credited, payment.credited_at],
    [text.nextCheck, payment.next_check_at],
  ]
  return times.map(
    ([name, at]) =>
      at && (
        <Fact key={name} name={name}>
          {moment(at)}
        </Fact>
      ),
  )
}

function Copyable({ name, value }: { name: string; value: string }) {
  return (
    <Code text={value} label={en.common.copy(name.toLowerCase())} copiedLabel={en.common.copied} />
  )
}
