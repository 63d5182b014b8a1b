import { useQuery } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Card } from "@zimmer/ui/Card"
import { count } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { AdjustmentFacts } from "@/features/adjustments/AdjustmentFacts"
import { Decision } from "@/features/adjustments/Decision"
import { adjustment } from "@/features/adjustments/queries"
import { StateBadge } from "@/features/adjustments/StateBadge"
import { adjustments as text } from "@/messages/adjustments"
import { en } from "@/messages/en"

/** One correction, and the decision about it. */
export function AdjustmentPage({ id }: { id: number }) {
  const query = useQuery(adjustment(id))
  return (
    <Page
      width="narrow"
      title={text.one(count(id))}
      back={{ href: "/tokens/adjustments/", label: en.list.back, as: Link }}
      actions={query.data && <StateBadge state={query.data.state} />}
    >
      {query.isPending && (
        <Loading label={en.common.loading}>
          <Skeleton className="h-96" />
        </Loading>
      )}
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && (
        <>
          <Card>
            <h2 className="mb-3 font-bold">{text.facts}</h2>
            <AdjustmentFacts adjustment={query.data} />
          </Card>
          <Card>
            <h2 className="mb-3 font-bold">{text.decide}</h2>
            <Decision adjustment={query.data} />
          </Card>
        </>
      )}
    </Page>
  )
}
