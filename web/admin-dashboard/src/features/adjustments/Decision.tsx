import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import { Field } from "@zimmer/ui/Field"
import { count } from "@zimmer/ui/format"
import { Textarea } from "@zimmer/ui/Textarea"
import { toast } from "@zimmer/ui/Toast"
import { useState } from "react"
import { type Adjustment, approve, adjustment as one, reject } from "@/features/adjustments/queries"
import { adjustments as text } from "@/messages/adjustments"
import { en } from "@/messages/en"
import { reasonAgainst } from "@/messages/problems"

type Verb = "approve" | "reject"

/** Approve or reject, with what comes of it said before. */
export function Decision({ adjustment }: { adjustment: Adjustment }) {
  const [asked, setAsked] = useState<Verb | null>(null)
  const [reason, setReason] = useState("")
  const cache = useQueryClient()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (verb: Verb) =>
      verb === "approve" ? approve(adjustment.id) : reject(adjustment.id, reason.trim()),
    onSuccess: (decided, verb) => {
      cache.setQueryData(one(adjustment.id).queryKey, decided)
      toast.success(toastOf(verb, decided))
      setAsked(null)
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["adjustments"] }),
  })
  if (adjustment.state !== "requested") return <p className="text-ink-soft">{text.over}</p>
  const against = (verb: Verb) =>
    adjustment.allowed_actions.find(({ action }) => action === verb)?.reason ?? null
  const open = (verb: Verb) => {
    reset()
    setAsked(verb)
  }
  const reasons = [...new Set([against("approve"), against("reject")])].filter(
    (code) => code !== null,
  )
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        <Button
          variant="primary"
          disabled={against("approve") !== null}
          onClick={() => open("approve")}
        >
          {text.approve}
        </Button>
        <Button
          variant="danger"
          disabled={against("reject") !== null}
          onClick={() => open("reject")}
        >
          {text.reject}
        </Button>
      </div>
      {reasons.map((code) => (
        <p key={code} className="text-ink-soft text-sm">
          {reasonAgainst(code)}
        </p>
      ))}
      {asked && (
        <ConfirmDialog
          open
          onOpenChange={(next) => !next && setAsked(null)}
          title={asked === "approve" ? text.approveTitle : text.rejectTitle}
          confirmLabel={asked === "approve" ? text.approve : text.reject}
          cancelLabel={en.common.cancel}
          tone={asked === "approve" ? "primary" : "danger"}
          busy={isPending}
          onConfirm={() => mutate(asked)}
        >
          <div className="grid gap-4">
            <p>{consequenceOf(asked, adjustment)}</p>
            {asked === "reject" && (
              <Field label={text.rejectReason} optional={en.common.optional}>
                {(ids) => (
                  <Textarea
                    {...ids}
                    rows={2}
                    maxLength={500}
                    value={reason}
                    onChange={(event) => setReason(event.target.value)}
                  />
                )}
              </Field>
            )}
            {error && <ProblemNotice problem={error} />}
          </div>
        </ConfirmDialog>
      )}
    </div>
  )
}

function consequenceOf(verb: Verb, { approvals, needed, delta, user }: Adjustment): string {
  if (verb === "reject") return text.rejected
  if (approvals.length + 1 < needed) return text.oneMore
  const say = delta > 0 ? text.added : text.taken
  return say(count(Math.abs(delta)), user.name)
}

function toastOf(verb: Verb, decided: Adjustment): string {
  if (verb === "reject") return text.rejectedToast
  return decided.state === "approved" ? text.approvedToast : text.approvedOnceToast
}
