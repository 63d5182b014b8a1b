import { useQuery } from "@tanstack/react-query"
import { type AutomationDetail, automation, ownAutomations } from "@zimmer/api/automations"
import { asProblem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { ButtonLink } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import { Notice } from "@zimmer/ui/Notice"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { type ReactNode, useState } from "react"
import { Amounts, type Choice, firstChoice, tokensOf } from "@/features/purchase/Amounts"
import { Summary } from "@/features/purchase/Summary"
import { useSettled } from "@/features/purchase/useQuote"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

const text = fa.buy
const TYPING_PAUSE = 400 // ms

/** Buying tokens for one automation, on one screen. */
export function BuyTokens({ id, notices }: { id: number; notices: ReactNode }) {
  const query = useQuery(automation(id))
  const own = useQuery(ownAutomations)
  if (query.isPending || own.isPending) return <WaitingToBuy />
  if (query.isError || own.isError) {
    const problem = asProblem(query.error ?? own.error)
    if (problem.status === 404) return <NothingToBuy />
    const again = () => Promise.all([query.refetch(), own.refetch()])
    return (
      <ProblemNotice problem={problem} onRetry={again} busy={query.isFetching || own.isFetching} />
    )
  }
  const copy = own.data.items.find((item) => item.automation_id === id)
  return (
    <>
      <Title>{`${text.title} ${text.for(query.data.name)}`}</Title>
      <Page
        title={text.title}
        lead={text.for(query.data.name)}
        back={{ href: `/automations/${id}`, label: query.data.name, as: Link }}
      >
        {notices}
        {copy ? (
          <Order automation={query.data} balance={copy.tokens_remaining} />
        ) : (
          <AddFirst automationId={id} />
        )}
      </Page>
    </>
  )
}

function Order({ automation, balance }: { automation: AutomationDetail; balance: number }) {
  const [choice, choose] = useState<Choice>(() => firstChoice(automation))
  const wished = tokensOf(choice)
  const settled = useSettled(wished, choice.kind === "custom" ? TYPING_PAUSE : 0)
  const tokens = settled === wished ? settled : null
  if (!automation.can_buy) return <Closed reason={automation.can_buy_reason} />
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <Amounts automation={automation} choice={choice} onChoice={choose} />
      <Summary automationId={automation.id} tokens={tokens} balance={balance} />
    </div>
  )
}

function Closed({ reason }: { reason: string | null }) {
  const reasons: Record<string, string> = fa.automation.reasons
  return <Notice tone="wait">{reasons[reason ?? "other"] ?? fa.automation.reasons.other}</Notice>
}

function AddFirst({ automationId }: { automationId: number }) {
  return (
    <Empty
      title={text.addFirst}
      action={
        <ButtonLink variant="primary" as={Link} href={`/automations/${automationId}`}>
          {fa.automation.addPlain}
        </ButtonLink>
      }
    />
  )
}

/** There is nothing to buy at this address. */
export function NothingToBuy() {
  return (
    <Empty
      heading="h1"
      title={fa.automation.notFound}
      action={
        <ButtonLink variant="primary" as={Link} href="/automations/marketplace">
          {fa.automation.toMarket}
        </ButtonLink>
      }
    >
      {fa.automation.notFoundLead}
    </Empty>
  )
}

/** The page's shape before its data is here. */
export function WaitingToBuy() {
  return (
    <Loading label={fa.common.loading}>
      <Skeleton className="mb-8 h-16 w-64" />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="grid gap-3 sm:grid-cols-2">
          <Skeleton className="h-28" />
          <Skeleton className="h-28" />
          <Skeleton className="h-28" />
          <Skeleton className="h-28" />
        </div>
        <Skeleton className="h-80" />
      </div>
    </Loading>
  )
}
