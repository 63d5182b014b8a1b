import { useQuery } from "@tanstack/react-query"
import type { Me } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { moment } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import { useState } from "react"
import { Charts } from "@/features/home/Charts"
import { Figures, WaitingForFigures } from "@/features/home/Figures"
import { NeedsAttention } from "@/features/home/NeedsAttention"
import { type Range, type Stats, stats } from "@/features/home/queries"
import { RangeChoice } from "@/features/home/RangeChoice"
import { Top } from "@/features/home/Top"
import { home as text } from "@/messages/home"

/** How the business goes, and what waits for somebody. */
export function Home({ user }: { user: Me }) {
  const [range, setRange] = useState<Range>("7d")
  const query = useQuery(stats(range))
  return (
    <Page
      title={text.hello(user.name)}
      lead={query.data && text.asOf(moment(new Date(query.dataUpdatedAt)))}
      actions={<RangeChoice range={range} onChoose={setRange} />}
    >
      <Content query={query} user={user} />
    </Page>
  )
}

type ContentProps = { query: ReturnType<typeof useQuery<Stats>>; user: Me }

function Content({ query, user }: ContentProps) {
  if (query.isPending) return <WaitingForFigures />
  if (!query.data) {
    return <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
  }
  return (
    <div className="grid gap-6">
      {query.isError && <ProblemNotice problem={query.error} onRetry={query.refetch} />}
      <Figures stats={query.data} />
      <NeedsAttention attention={query.data.attention} user={user} />
      <Charts stats={query.data} />
      <Top stats={query.data} />
    </div>
  )
}
