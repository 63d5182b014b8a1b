import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { endAllSignIns, endSignIn, ownSignIns, type SignInLine } from "@zimmer/api/signIns"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import { moment } from "@zimmer/ui/format"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import { toast } from "@zimmer/ui/Toast"
import { useState } from "react"
import { me as text } from "@/messages/account"
import { en } from "@/messages/en"

/** Every window in which one is signed in, with the switch that ends it. */
export function OwnSignIns() {
  const query = useQuery(ownSignIns)
  return (
    <div className="grid gap-4">
      <p className="text-ink-soft text-sm">{text.sessionsLead}</p>
      {query.isPending && (
        <Loading label={en.common.loading}>
          <Skeleton className="h-28" />
        </Loading>
      )}
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && (
        <ul className="divide-y divide-line border-line border-y">
          {query.data.items.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </ul>
      )}
      <EndAll />
    </div>
  )
}

function Line({ line }: { line: SignInLine }) {
  const cache = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => endSignIn(line.id),
    onSuccess: async () => {
      await cache.invalidateQueries(ownSignIns)
      toast.success(text.ended)
    },
  })
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
      <div className="grid min-w-0 gap-0.5">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          {browserOf(line.user_agent)}
          {line.current && <Badge tone="good">{text.here}</Badge>}
        </span>
        <span className="text-ink-soft text-sm">
          {text.panels[line.audience]} · <bdi dir="ltr">{line.ip ?? text.unknownPlace}</bdi> ·{" "}
          {text.lastUsed(moment(line.last_used_at))}
        </span>
        {error && <ProblemNotice problem={error} />}
      </div>
      {!line.current && (
        <Button busy={isPending} onClick={() => mutate()}>
          {text.end}
        </Button>
      )}
    </li>
  )
}

function EndAll() {
  const [isAsked, setAsked] = useState(false)
  const { mutate, isPending, error } = useMutation({
    mutationFn: endAllSignIns,
    onSuccess: () => window.location.assign("/login/"),
  })
  return (
    <>
      <Button className="justify-self-start" variant="danger" onClick={() => setAsked(true)}>
        {text.endAll}
      </Button>
      <ConfirmDialog
        open={isAsked}
        onOpenChange={setAsked}
        title={text.endAll}
        confirmLabel={text.endAll}
        cancelLabel={en.common.cancel}
        busy={isPending}
        onConfirm={() => mutate()}
      >
        <p>{text.endAllLead}</p>
        {error && <ProblemNotice problem={error} />}
      </ConfirmDialog>
    </>
  )
}

/** What people call it, out of the long text that browsers send. */
function browserOf(agent: string | null): string {
  const browsers = ["Edg", "OPR", "Firefox", "SamsungBrowser", "Chrome", "Safari"]
  const systems = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"]
  const browser = browsers.find((name) => agent?.includes(name))
  const system = systems.find((name) => agent?.includes(name))
  return [browser, system].filter(Boolean).join(" · ") || text.unknownBrowser
}
