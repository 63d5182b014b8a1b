import { useMutation } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { Fact, Facts } from "@zimmer/ui/Facts"
import { count, date } from "@zimmer/ui/format"
import { Notice } from "@zimmer/ui/Notice"
import { reveal, type UserDetail } from "@/features/users/queries"
import { en } from "@/messages/en"
import { users as text } from "@/messages/users"

/** The account. What is masked is shown on request, and the request is written down. */
export function UserFacts({ user }: { user: UserDetail }) {
  const { mutate, data, isPending, error } = useMutation({ mutationFn: () => reveal(user.id) })
  const email = data?.email ?? user.email
  const phone = data?.phone_number ?? user.phone_number
  return (
    <div className="grid gap-4">
      {user.is_locked && <Notice tone="wait">{text.locked}</Notice>}
      <Facts>
        <Fact name={text.number}>{String(user.id)}</Fact>
        <Fact name={text.email}>
          <span className="flex flex-wrap items-center justify-end gap-2">
            <bdi dir="ltr" className="break-all">
              {email}
            </bdi>
            <Badge tone={user.email_verified ? "good" : "neutral"}>
              {user.email_verified ? text.verified : text.unverified}
            </Badge>
          </span>
        </Fact>
        <Fact name={text.phone}>{phone ? <bdi dir="ltr">{phone}</bdi> : text.noPhone}</Fact>
        <Fact name={text.twofa}>{user.twofa_enabled ? en.common.yes : en.common.no}</Fact>
        <Fact name={text.sessions}>{text.sessionsOf(count(user.sessions))}</Fact>
        <Fact name={text.columns.since}>{date(user.created_at)}</Fact>
        <Fact name={text.columns.last}>
          {user.last_active_on ? date(user.last_active_on) : text.never}
        </Fact>
      </Facts>
      {user.is_masked && !data && (
        <div className="grid gap-1">
          <Button className="justify-self-start" busy={isPending} onClick={() => mutate()}>
            {text.reveal}
          </Button>
          <span className="text-ink-soft text-sm">{text.revealLead}</span>
          {error && <ProblemNotice problem={error} />}
        </div>
      )}
    </div>
  )
}
