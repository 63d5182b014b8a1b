import type { AutomationDetail, OwnAutomation } from "@zimmer/api/automations"
import { useSession } from "@zimmer/api/useSession"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { count, toman } from "@zimmer/ui/format"
import { Notice } from "@zimmer/ui/Notice"
import { Skeleton } from "@zimmer/ui/Skeleton"
import { TokenAmount } from "@zimmer/ui/TokenAmount"
import Link from "next/link"
import { useOwned } from "@/features/automations/queries"
import { Spending } from "@/features/automations/Spending"
import { useAdding } from "@/features/automations/useAdding"
import { fa } from "@/messages/fa"

const text = fa.automation

/** How the customer stands with this automation: not yet added, or with a balance. */
export function Standing({ automation }: { automation: AutomationDetail }) {
  const session = useSession()
  const owned = useOwned()
  const adding = useAdding(automation.id)
  const own = adding.data ?? owned?.get(automation.id)
  const isKnown =
    session.state === "visitor" || session.state === "unreachable" || owned !== undefined
  return (
    <Card className="grid gap-4" padding="lg">
      {own ? (
        <Owned automation={automation} own={own} isNew={adding.isSuccess} />
      ) : isKnown ? (
        <NotYet automation={automation} adding={adding} isVisitor={session.state !== "member"} />
      ) : (
        <Skeleton className="h-20" />
      )}
      <p className="flex items-baseline justify-between gap-4 border-line border-t pt-4">
        <span className="text-ink-soft text-sm">{text.minimum}</span>
        <span className="font-semibold">{toman(automation.from_amount)}</span>
      </p>
      <ClosedSale reason={automation.can_buy_reason} />
    </Card>
  )
}

function Owned({
  automation,
  own,
  isNew,
}: {
  automation: AutomationDetail
  own: OwnAutomation
  isNew: boolean
}) {
  return (
    <>
      {isNew && (
        <Notice tone="good" live="polite">
          {own.demo_tokens > 0 ? text.added(count(own.demo_tokens)) : text.addedPlain}
        </Notice>
      )}
      <div>
        <p className="text-ink-soft text-sm">{fa.balance.balance}</p>
        <TokenAmount tokens={own.tokens_remaining} size="xl" unit={fa.common.tokens} />
      </div>
      <Spending own={own} />
      {automation.can_buy && (
        <ButtonLink
          variant="primary"
          as={Link}
          href={`/automations/${automation.id}/tokens`}
          size="lg"
          block
        >
          {fa.balance.buy}
        </ButtonLink>
      )}
    </>
  )
}

function NotYet({
  automation,
  adding,
  isVisitor,
}: {
  automation: AutomationDetail
  adding: ReturnType<typeof useAdding>
  isVisitor: boolean
}) {
  if (automation.can_buy_reason === "withdrawn") return null
  const gift = automation.demo_tokens
  return (
    <>
      {adding.isError && <ProblemNotice problem={adding.error} />}
      <Button
        variant="primary"
        size="lg"
        block
        onClick={adding.add}
        busy={adding.isPending}
        busyLabel={text.adding}
      >
        {gift > 0 ? text.add(count(gift)) : text.addPlain}
      </Button>
      <p className="text-center text-ink-soft text-sm">
        {isVisitor ? text.addHintVisitor : text.addHint}
      </p>
    </>
  )
}

function ClosedSale({ reason }: { reason: string | null }) {
  if (reason === null) return null
  const reasons: Record<string, string> = text.reasons
  return <Notice tone="wait">{reasons[reason] ?? text.reasons.other}</Notice>
}
