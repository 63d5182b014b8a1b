import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { ButtonLink } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import { Page } from "@zimmer/ui/Page"
import { Pagination } from "@zimmer/ui/Pagination"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { Healed } from "@/features/payments/OpenPayments"
import { PaymentRows } from "@/features/payments/PaymentRows"
import { linesOf, useOpenPayments } from "@/features/payments/queries"
import { fa } from "@/messages/fa"

const text = fa.payments

/** All purchases of the customer, newest first. */
export function History() {
  return (
    <Page title={text.title} lead={text.lead}>
      <Lines />
    </Page>
  )
}

function Lines() {
  const { query, healed } = useOpenPayments()
  if (query.isPending) return <WaitingForPayments rows={6} />
  if (!query.data) {
    return <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
  }
  const lines = linesOf(query.data)
  if (lines.length === 0) return <NoPayments />
  return (
    <div className="grid gap-4">
      {query.isError && <ProblemNotice problem={query.error} onRetry={query.refetch} />}
      <Healed lines={healed} />
      <PaymentRows lines={lines} />
      <Pagination
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
        label={text.more}
        endLabel={query.data.pages.length > 1 ? text.all : undefined}
      />
    </div>
  )
}

function NoPayments() {
  return (
    <Empty
      title={text.empty}
      action={
        <ButtonLink variant="primary" as={Link} href="/automations/marketplace">
          {fa.home.emptyAction}
        </ButtonLink>
      }
    >
      {text.emptyLead}
    </Empty>
  )
}

/** The list's shape before it is here. */
export function WaitingForPayments({ rows }: { rows: number }) {
  return (
    <Loading label={fa.common.loading}>
      <div className="grid gap-3">
        {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
          <Skeleton key={key} className="h-14" />
        ))}
      </div>
    </Loading>
  )
}
