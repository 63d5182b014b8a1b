import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Notice } from "@zimmer/ui/Notice"
import { toast } from "@zimmer/ui/Toast"
import { useState } from "react"
import {
  checkNow,
  paidBack,
  refund,
  reverse,
  review,
  type Trace,
} from "@/features/payments/queries"
import { ReviewDialog } from "@/features/payments/ReviewDialog"
import { nameOf } from "@/features/payments/status"
import { payments as text } from "@/messages/payments"
import { reasonAgainst } from "@/messages/problems"

type Action = Trace["allowed_actions"][number]

/** What is done with the words that were asked for: a reason, or the transfer's number. */
const DEEDS: Record<string, (id: number, words: string) => Promise<unknown>> = {
  "review-accept": (id, reason) => review(id, "accept", reason),
  "review-close": (id, reason) => review(id, "close", reason),
  "review-withdraw": (id, reason) => review(id, "withdraw", reason),
  reverse,
  refund,
  refunded: paidBack,
}

/** What may be done to this payment now, with what comes of it. */
export function TraceActions({ trace }: { trace: Trace }) {
  const [open, setOpen] = useState<Action | null>(null)
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: ["payments"] })
  const id = trace.payment.id
  const checking = useMutation({
    mutationFn: () => checkNow(id),
    onSuccess: ({ status }) => toast.success(text.checked(nameOf(status))),
    onSettled: refresh,
  })
  const deciding = useMutation({
    mutationFn: async ({ action, words }: { action: string; words: string }) =>
      DEEDS[action]?.(id, words),
    onSuccess: (_, { action }) => {
      setOpen(null)
      toast.success(text.done[action] ?? text.reviewed)
    },
    onSettled: refresh,
  })
  const start = (action: Action) => {
    deciding.reset()
    if (action.action === "check") checking.mutate()
    else setOpen(action)
  }
  return (
    <div className="grid gap-4">
      {trace.review && (
        <Notice tone="wait" title={proposalOf(trace.review)}>
          <span dir="auto">{trace.review.reason}</span>
        </Notice>
      )}
      {checking.error && <ProblemNotice problem={checking.error} />}
      {trace.allowed_actions.length === 0 && <p className="text-ink-soft">{text.nothingToDo}</p>}
      <ul className="grid gap-3">
        {trace.allowed_actions.map((action) => (
          <li key={action.action} className="grid gap-1">
            <Button
              className="justify-self-start"
              disabled={!action.allowed}
              busy={action.action === "check" && checking.isPending}
              onClick={() => start(action)}
            >
              {text.acts[action.action] ?? action.action}
            </Button>
            <span className="text-ink-soft text-sm">
              {action.reason ? reasonAgainst(action.reason) : action.consequence}
            </span>
          </li>
        ))}
      </ul>
      {open && (
        <ReviewDialog
          title={text.acts[open.action] ?? open.action}
          consequence={open.consequence}
          asks={open.action === "refunded" ? text.transfer : text.because}
          busy={deciding.isPending}
          problem={deciding.error}
          onClose={() => setOpen(null)}
          onDecide={(words) => deciding.mutate({ action: open.action, words })}
        />
      )}
    </div>
  )
}

function proposalOf({ proposed_by, decision }: NonNullable<Trace["review"]>): string {
  return text.proposed(proposed_by.name, text.decisions[decision])
}
