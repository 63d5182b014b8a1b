import { useQuery } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { hour } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import { DeadLetters } from "@/features/system/DeadLetters"
import { LiveMap } from "@/features/system/LiveMap"
import { status } from "@/features/system/queries"
import { Reports } from "@/features/system/Reports"
import { Schedules } from "@/features/system/Schedules"
import { SweepButton } from "@/features/system/SweepButton"
import { system as text } from "@/messages/system"
import { Waiting } from "@/shell/Waiting"

/** How the platform is at this moment, and what can be done about it. */
export function SystemPage({ user }: { user: Me }) {
  const query = useQuery(status)
  if (query.isPending) return <Waiting />
  const readAt = new Date(query.dataUpdatedAt)
  return (
    <Page title={text.title} lead={query.data && text.lead(hour(readAt))} actions={<SweepButton />}>
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && (
        <>
          <LiveMap status={query.data} now={readAt} />
          <DeadLetters status={query.data} />
          <Schedules schedules={query.data.schedules} now={readAt} />
        </>
      )}
      {may(user, "ledger.read") && <Reports mayRun={may(user, "reconciliation.run")} />}
    </Page>
  )
}
