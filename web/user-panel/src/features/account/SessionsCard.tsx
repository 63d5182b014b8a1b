import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { leave } from "@zimmer/api/session"
import { endAllSignIns, endSignIn, ownSignIns, type SignInLine } from "@zimmer/api/signIns"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { moment } from "@zimmer/ui/format"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { deviceOf } from "@/features/account/device"
import { SettingsCard } from "@/features/account/SettingsCard"
import { fa } from "@/messages/fa"
import { settings as text } from "@/messages/settings"

/** Where this customer is signed in, this device first. */
export function SessionsCard() {
  return (
    <SettingsCard title={text.sessions} lead={text.sessionsLead}>
      <Lines />
      <EndAll />
    </SettingsCard>
  )
}

function Lines() {
  const { data, error, refetch, isFetching } = useQuery(ownSignIns)
  if (error && !data) return <ProblemNotice problem={error} onRetry={refetch} busy={isFetching} />
  if (!data) {
    return (
      <Loading label={fa.common.loading}>
        <Skeleton className="h-16" />
      </Loading>
    )
  }
  const hereFirst = [...data.items].sort(
    (one, other) => Number(other.current) - Number(one.current),
  )
  return (
    <div className="grid gap-3">
      <ul className="divide-y divide-line border-line border-y">
        {hereFirst.map((line) => (
          <Device key={line.id} line={line} />
        ))}
      </ul>
      {data.items.length === 1 && <p className="text-ink-soft text-sm">{text.onlyHere}</p>}
    </div>
  )
}

function Device({ line }: { line: SignInLine }) {
  const cache = useQueryClient()
  const name = deviceOf(line.user_agent)
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => endSignIn(line.id),
    onSettled: () => cache.invalidateQueries({ queryKey: ownSignIns.queryKey }),
  })
  return (
    <li className="grid gap-2 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="grid min-w-0 gap-0.5">
          <span className="flex flex-wrap items-center gap-2 font-medium">
            {name}
            {line.current && <Badge tone="lapis">{text.thisDevice}</Badge>}
          </span>
          <span className="text-ink-soft text-sm">
            {text.lastUsed(moment(line.last_used_at))}
            {line.ip && (
              <>
                {" · "}
                <bdi dir="ltr">{line.ip}</bdi>
              </>
            )}
          </span>
        </div>
        {!line.current && (
          <Button onClick={() => mutate()} busy={isPending} aria-label={text.endSessionOf(name)}>
            {text.endSession}
          </Button>
        )}
      </div>
      {error && <ProblemNotice problem={error} />}
    </li>
  )
}

function EndAll() {
  const { mutate, isPending, error } = useMutation({
    mutationFn: endAllSignIns,
    onSuccess: leave,
  })
  return (
    <div className="grid gap-2">
      {error && <ProblemNotice problem={error} />}
      <Button className="justify-self-start" onClick={() => mutate()} busy={isPending}>
        {text.endAll}
      </Button>
      <p className="text-ink-soft text-sm">{text.endAllLead}</p>
    </div>
  )
}
