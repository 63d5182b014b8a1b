import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { ButtonLink } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { Balances } from "@/features/automations/Balances"
import { useOwnAutomations } from "@/features/automations/queries"
import { fa } from "@/messages/fa"

/** The customer's balances, or the way to the first one. */
export function Overview() {
  const query = useOwnAutomations()
  if (query.isPending) return <WaitingForBalances />
  if (!query.data) {
    return <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
  }
  if (query.data.items.length === 0) return <NoneYet />
  return (
    <section className="grid gap-3">
      <h2 className="font-semibold text-lg">{fa.home.balances}</h2>
      <Balances copies={query.data.items} />
    </section>
  )
}

function NoneYet() {
  return (
    <Empty
      title={fa.home.empty}
      action={
        <ButtonLink variant="primary" as={Link} href="/automations/marketplace">
          {fa.home.emptyAction}
        </ButtonLink>
      }
    />
  )
}

/** The balances' shape before they are here. */
export function WaitingForBalances() {
  return (
    <Loading label={fa.common.loading}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Skeleton className="h-52" />
        <Skeleton className="h-52" />
      </div>
    </Loading>
  )
}
