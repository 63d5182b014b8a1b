import { Fact, Facts } from "@zimmer/ui/Facts"
import { count, moment } from "@zimmer/ui/format"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import { Delta } from "@/features/adjustments/Delta"
import type { Adjustment } from "@/features/adjustments/queries"
import { adjustments as text } from "@/messages/adjustments"
import { PlaceLink } from "@/shell/PlaceLink"

/** Everything that whoever decides has to know. */
export function AdjustmentFacts({ adjustment }: { adjustment: Adjustment }) {
  const isOpen = adjustment.state === "requested"
  return (
    <Facts>
      <Fact name={text.customer}>
        <PlaceLink href={`/users/?id=${adjustment.user.id}`}>
          <bdi dir="auto">{adjustment.user.name}</bdi>
        </PlaceLink>
      </Fact>
      <Fact name={text.automation}>
        <bdi dir="auto">{adjustment.automation.name}</bdi>
      </Fact>
      <Fact name={text.copy}>{String(adjustment.user_automation_id)}</Fact>
      <Fact name={text.bucket}>{text.buckets[adjustment.bucket]}</Fact>
      <Fact name={text.delta}>
        <Delta tokens={adjustment.delta} />
      </Fact>
      <Fact name={text.now}>
        <TokenAmount tokens={adjustment.balance_now} size="sm" />
      </Fact>
      {isOpen && (
        <Fact name={text.after}>
          <TokenAmount tokens={adjustment.balance_now + adjustment.delta} size="sm" />
        </Fact>
      )}
      <Fact name={text.reason}>
        <span dir="auto">{adjustment.reason}</span>
      </Fact>
      {adjustment.payment && (
        <Fact name={text.payment}>
          <PlaceLink href={`/payments/?id=${adjustment.payment.id}`}>
            <bdi dir="ltr">{adjustment.payment.transaction_id}</bdi>
          </PlaceLink>
        </Fact>
      )}
      <Fact name={text.askedBy}>
        <bdi dir="auto">{adjustment.requested_by.name}</bdi>
      </Fact>
      <Fact name={text.asked}>{moment(adjustment.created_at)}</Fact>
      <Fact name={text.approvals}>
        {text.approvalsOf(count(adjustment.approvals.length), count(adjustment.needed))}
        {adjustment.approvals.map((person) => (
          <bdi key={person.id} dir="auto" className="ms-2 text-ink-soft text-sm">
            {person.name}
          </bdi>
        ))}
      </Fact>
      {adjustment.rejected_by && (
        <Fact name={text.rejectedBy}>
          <bdi dir="auto">{adjustment.rejected_by.name}</bdi>
        </Fact>
      )}
      {adjustment.decided_at ? (
        <Fact name={text.decided}>{moment(adjustment.decided_at)}</Fact>
      ) : (
        <Fact name={text.expires}>{moment(adjustment.expires_at)}</Fact>
      )}
    </Facts>
  )
}
