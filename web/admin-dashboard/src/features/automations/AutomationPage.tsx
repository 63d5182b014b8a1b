import { useQuery } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { count } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import dynamic from "next/dynamic"
import Link from "next/link"
import { useState } from "react"
import { AutomationFacts } from "@/features/automations/AutomationFacts"
import { HealthBadge, MarketBadge } from "@/features/automations/Badges"
import { Packages } from "@/features/automations/Packages"
import { type AutomationRecord, automation } from "@/features/automations/queries"
import { ServiceTokens } from "@/features/automations/ServiceTokens"
import { Switches } from "@/features/automations/Switches"
import { automations as text } from "@/messages/automations"
import { en } from "@/messages/en"

const FormDialog = dynamic(() =>
  import("@/features/automations/FormDialog").then((part) => part.FormDialog),
)

/** One automation: what is said of it, what it costs, and who may speak for it. */
export function AutomationPage({ id, user }: { id: number; user: Me }) {
  const query = useQuery(automation(id))
  return (
    <Page
      title={query.data ? <bdi dir="auto">{query.data.name}</bdi> : count(id)}
      lead={query.data?.tagline && <bdi dir="auto">{query.data.tagline}</bdi>}
      back={{ href: "/automations/", label: en.list.back, as: Link }}
      actions={
        query.data && (
          <>
            <HealthBadge health={query.data.health_status} />
            <MarketBadge listed={query.data.is_listed} sold={query.data.status} />
          </>
        )
      }
    >
      {query.isPending && (
        <Loading label={en.common.loading}>
          <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]">
            <Skeleton className="h-96" />
            <Skeleton className="h-96" />
          </div>
        </Loading>
      )}
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && <Content automation={query.data} user={user} />}
    </Page>
  )
}

function Content({ automation: found, user }: { automation: AutomationRecord; user: Me }) {
  const [isEditing, setEditing] = useState(false)
  const mayWrite = may(user, "automations.write")
  const mayPrice = may(user, "prices.write")
  return (
    <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="grid min-w-0 gap-6">
        <Packages automation={found} mayPrice={mayPrice} />
        <ServiceTokens automation={found} mayRotate={may(user, "keys.write")} />
      </div>
      <div className="grid min-w-0 gap-6 max-xl:order-first">
        <Card className="grid gap-4">
          <h2 className="font-bold">{text.facts}</h2>
          <AutomationFacts automation={found} />
          {mayWrite && (
            <Button className="justify-self-start" onClick={() => setEditing(true)}>
              {text.edit}
            </Button>
          )}
        </Card>
        {mayWrite && (
          <Card className="grid gap-4">
            <h2 className="font-bold">{text.actions}</h2>
            <Switches automation={found} />
          </Card>
        )}
      </div>
      {isEditing && (
        <FormDialog
          automation={found}
          mayPrice={mayPrice}
          onClose={() => setEditing(false)}
          onSaved={() => setEditing(false)}
        />
      )}
    </div>
  )
}
