import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { cx } from "@zimmer/ui/cx"
import { Empty } from "@zimmer/ui/Empty"
import { Pagination } from "@zimmer/ui/Pagination"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { type Column, Table } from "@zimmer/ui/Table"
import Link from "next/link"
import type { ReactNode } from "react"
import type { PageOf } from "@/listing/pages"
import { en } from "@/messages/en"

type Props<Row> = {
  query: UseInfiniteQueryResult<InfiniteData<PageOf<Row>>>
  caption: string
  columns: readonly Column<Row>[]
  rowKey: (row: Row) => string | number
  rowHref?: (row: Row) => string
  /** What stands here when there is nothing at all. */
  empty: ReactNode
  /** Ends the filters, when any are set: an empty list is then no empty room. */
  onClear?: () => void
}

/** A list of the dashboard in its four states. */
export function Listing<Row>({ query, empty, onClear, ...table }: Props<Row>) {
  if (query.isPending) return <WaitingForRows />
  if (!query.data) {
    return <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
  }
  const rows = query.data.pages.flatMap((page) => page.items)
  if (rows.length === 0) return onClear ? <NothingMatches onClear={onClear} /> : empty
  return (
    <div className={cx("grid gap-4", query.isPlaceholderData && "opacity-60")}>
      {query.isError && <ProblemNotice problem={query.error} onRetry={query.refetch} />}
      <Table {...table} rows={rows} as={Link} />
      <Pagination
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
        label={en.list.more}
        endLabel={query.data.pages.length > 1 ? en.list.end : undefined}
      />
    </div>
  )
}

function NothingMatches({ onClear }: { onClear: () => void }) {
  return (
    <Empty title={en.list.nothing} action={<Button onClick={onClear}>{en.list.clear}</Button>} />
  )
}

/** The list's shape before it is here. */
export function WaitingForRows({ rows = 8 }: { rows?: number }) {
  return (
    <Loading label={en.common.loading}>
      <div className="grid gap-2">
        {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
          <Skeleton key={key} className="h-14" />
        ))}
      </div>
    </Loading>
  )
}
