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
  return (
    <Page
      title={text.title}
      lead={query.data && text.lead(hour(new Date(query.dataUpdatedAt)))}
      actions={<SweepButton />}
    >
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && (
        <>
          <LiveMap status={query.data} />
          <DeadLetters letters={query.data.dead_letters} />
          <Schedules schedules={query.data.schedules} />
        </>
      )}
      {may(user, "ledger.read") && <Reports mayRun={may(user, "reconciliation.run")} />}
    </Page>
  )
}
