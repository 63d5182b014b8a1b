import { useInfiniteQuery } from "@tanstack/react-query"
import { marketplace } from "@zimmer/api/automations"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Card } from "@zimmer/ui/Card"
import { Empty } from "@zimmer/ui/Empty"
import { Page } from "@zimmer/ui/Page"
import { Pagination } from "@zimmer/ui/Pagination"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import type { ReactNode } from "react"
import { MarketCard } from "@/features/automations/MarketCard"
import { spendable, useOwned } from "@/features/automations/queries"
import { fa } from "@/messages/fa"

/** All automations that are for sale; visitors see the same. */
export function Marketplace() {
  return (
    <Page title={fa.market.title} lead={fa.market.lead}>
      <Cards />
    </Page>
  )
}

function Cards() {
  const query = useInfiniteQuery(marketplace)
  const owned = useOwned()
  if (query.isPending) return <WaitingCards />
  if (query.isError) {
    return <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
  }
  const cards = query.data.pages.flatMap((page) => page.items)
  if (cards.length === 0) return <Empty title={fa.market.emptyTitle}>{fa.market.empty}</Empty>
  return (
    <>
      <Grid>
        {cards.map((card) => {
          const own = owned?.get(card.id)
          return (
            <li key={card.id}>
              <MarketCard card={card} owned={own ? spendable(own) : null} />
            </li>
          )
        })}
      </Grid>
      <Pagination
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
        label={fa.market.more}
      />
    </>
  )
}

function Grid({ children }: { children: ReactNode }) {
  return <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">{children}</ul>
}

function WaitingCards() {
  return (
    <Loading label={fa.common.loading}>
      <Grid>
        {["a", "b", "c", "d", "e", "f"].map((key) => (
          <li key={key}>
            <Card className="flex flex-col gap-4">
              <div className="flex items-center gap-3">
                <Skeleton className="size-12" />
                <div className="grid flex-1 gap-2">
                  <Skeleton className="h-5 w-3/5" />
                  <Skeleton className="h-4 w-2/5" />
                </div>
              </div>
              <Skeleton className="h-12" />
              <Skeleton className="h-7 w-20" />
              <Skeleton className="h-6" />
            </Card>
          </li>
        ))}
      </Grid>
    </Loading>
  )
}
