import { useQuery } from "@tanstack/react-query"
import { type Me, may } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Badge } from "@zimmer/ui/Badge"
import { Card } from "@zimmer/ui/Card"
import { count } from "@zimmer/ui/format"
import { Page } from "@zimmer/ui/Page"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { type UserDetail, user } from "@/features/users/queries"
import { UserActions } from "@/features/users/UserActions"
import { UserFacts } from "@/features/users/UserFacts"
import { UserLists } from "@/features/users/UserLists"
import { en } from "@/messages/en"
import { users as text } from "@/messages/users"

/** One person: who they are, what they have, and what may be done. */
export function UserPage({ id, me }: { id: number; me: Me }) {
  const query = useQuery(user(id))
  return (
    <Page
      title={query.data ? <bdi dir="auto">{query.data.name}</bdi> : count(id)}
      back={{ href: "/users/", label: en.list.back, as: Link }}
      actions={query.data && <Badges user={query.data} />}
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
      {query.data && (
        <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]">
          <div className="grid min-w-0 gap-6">
            <UserLists user={query.data} mayAdjust={may(me, "adjustments.request")} />
          </div>
          <div className="grid min-w-0 gap-6 max-xl:order-first">
            <Card>
              <h2 className="mb-3 font-bold">{text.facts}</h2>
              <UserFacts user={query.data} />
            </Card>
            <Card>
              <h2 className="mb-3 font-bold">{text.actions}</h2>
              <UserActions user={query.data} />
            </Card>
          </div>
        </div>
      )}
    </Page>
  )
}

function Badges({ user: found }: { user: UserDetail }) {
  return (
    <>
      <Badge tone="lapis">{en.roles[found.role]}</Badge>
      <Badge tone={found.is_active ? "good" : "bad"}>{found.is_active ? text.on : text.off}</Badge>
    </>
  )
}
