import { useQuery } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Card } from "@zimmer/ui/Card"
import { count } from "@zimmer/ui/format"
import { Notice } from "@zimmer/ui/Notice"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { PaymentBadge } from "@/features/payments/PaymentBadge"
import { type Trace, trace } from "@/features/payments/queries"
import { VERDICT_TONES } from "@/features/payments/status"
import { stepsOf } from "@/features/payments/steps"
import { TraceActions } from "@/features/payments/TraceActions"
import { TraceFacts } from "@/features/payments/TraceFacts"
import { TraceLists } from "@/features/payments/TraceLists"
import { TraceTimeline } from "@/features/payments/TraceTimeline"
import { en } from "@/messages/en"
import { payments as text } from "@/messages/payments"

/** One payment: first what it comes to, then what may be done, then the whole story. */
export function TracePage({ id }: { id: number }) {
  const query = useQuery(trace(id))
  return (
    <Page
      title={text.one(count(id))}
      back={{ href: "/payments/", label: en.list.back, as: Link }}
      actions={query.data && <PaymentBadge status={query.data.payment.status} />}
    >
      {query.isPending && <WaitingForTrace />}
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && <Content trace={query.data} />}
    </Page>
  )
}

function Content({ trace: found }: { trace: Trace }) {
  return (
    <>
      <Notice
        tone={VERDICT_TONES[found.verdict.tone]}
        title={found.verdict.text}
        className="text-base"
      />
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="grid min-w-0 gap-6">
          <Card>
            <h2 className="mb-3 font-bold">{text.timeline}</h2>
            <TraceTimeline steps={stepsOf(found)} />
          </Card>
          <TraceLists trace={found} />
        </div>
        <div className="grid min-w-0 gap-6 max-xl:order-first">
          <Card>
            <h2 className="mb-3 font-bold">{text.actions}</h2>
            <TraceActions trace={found} />
          </Card>
          <Card>
            <h2 className="mb-3 font-bold">{text.facts}</h2>
            <TraceFacts payment={found.payment} />
          </Card>
        </div>
      </div>
    </>
  )
}

function WaitingForTrace() {
  return (
    <Loading label={text.loadingTrace}>
      <div className="grid gap-6">
        <Skeleton className="h-14" />
        <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]">
          <Skeleton className="h-96" />
          <Skeleton className="h-96" />
        </div>
      </div>
    </Loading>
  )
}
