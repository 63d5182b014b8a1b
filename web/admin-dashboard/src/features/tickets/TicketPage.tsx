import { useQuery, useQueryClient } from "@tanstack/react-query"
import type { Me } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Card } from "@zimmer/ui/Card"
import { count } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { useEffect, useRef } from "react"
import { PriorityBadge, StatusBadge } from "@/features/tickets/Badges"
import { Composer } from "@/features/tickets/Composer"
import { Conversation } from "@/features/tickets/Conversation"
import { Handling } from "@/features/tickets/Handling"
import { markRead, type TicketRecord, ticket } from "@/features/tickets/queries"
import { TicketFacts } from "@/features/tickets/TicketFacts"
import { en } from "@/messages/en"
import { tickets as text } from "@/messages/tickets"

/** One ticket: the conversation and what is done with it. */
export function TicketPage({ id, user }: { id: number; user: Me }) {
  const query = useQuery(ticket(id))
  useReading(query.data)
  return (
    <Page
      title={query.data ? <bdi dir="auto">{query.data.title}</bdi> : text.number(count(id))}
      back={{ href: "/tickets/", label: en.list.back, as: Link }}
      actions={query.data && <Badges ticket={query.data} />}
    >
      {query.isPending && <WaitingForTicket />}
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && <Content ticket={query.data} user={user} />}
    </Page>
  )
}

function Content({ ticket: found, user }: { ticket: TicketRecord; user: Me }) {
  return (
    <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="grid min-w-0 gap-6">
        <Conversation messages={found.messages} />
        <Composer ticket={found} />
      </div>
      <div className="grid min-w-0 gap-6 max-xl:order-first">
        <Card>
          <h2 className="mb-3 font-bold">{text.about}</h2>
          <TicketFacts ticket={found} />
        </Card>
        <Card>
          <h2 className="mb-3 font-bold">{text.handling}</h2>
          <Handling ticket={found} user={user} />
        </Card>
      </div>
    </div>
  )
}

function Badges({ ticket: { status, priority } }: { ticket: TicketRecord }) {
  return (
    <>
      <PriorityBadge priority={priority} />
      <StatusBadge status={status} />
    </>
  )
}

/** Whoever opens an unread ticket has read it; once for each message that came. */
function useReading(found: TicketRecord | undefined) {
  const cache = useQueryClient()
  const told = useRef<number | null>(null)
  useEffect(() => {
    if (!found?.unread || told.current === found.newest_message_id) return
    told.current = found.newest_message_id
    markRead(found.id).then(
      (read) => {
        cache.setQueryData(ticket(found.id).queryKey, read)
        void cache.invalidateQueries({ queryKey: ["tickets", "list"] })
      },
      () => {}, // it stays marked as unread, which harms nobody
    )
  }, [found, cache])
}

function WaitingForTicket() {
  return (
    <Loading label={en.common.loading}>
      <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <Skeleton className="h-96" />
        <Skeleton className="h-72" />
      </div>
    </Loading>
  )
}
