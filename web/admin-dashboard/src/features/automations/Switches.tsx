import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import { toast } from "@zimmer/ui/Toast"
import { useState } from "react"
import {
  type AutomationRecord,
  automation as one,
  type Switch,
  switchTo,
} from "@/features/automations/queries"
import { automations as text } from "@/messages/automations"
import { en } from "@/messages/en"

/** Whether it is shown and whether it is sold. */
export function Switches({ automation }: { automation: AutomationRecord }) {
  const [asked, setAsked] = useState<Switch | null>(null)
  const cache = useQueryClient()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (act: Switch) => switchTo(automation.id, act),
    onSuccess: (changed, act) => {
      cache.setQueryData(one(automation.id).queryKey, changed)
      void cache.invalidateQueries({ queryKey: ["automations", "list"] })
      toast.success(text.done[act])
      setAsked(null)
    },
  })
  const acts: Switch[] = [
    automation.is_listed ? "unlist" : "list",
    automation.status ? "withdraw" : "restore",
  ]
  return (
    <div className="flex flex-wrap gap-2">
      {acts.map((act) => (
        <Button
          key={act}
          variant={act === "withdraw" ? "danger" : "secondary"}
          onClick={() => {
            reset()
            setAsked(act)
          }}
        >
          {text.acts[act]}
        </Button>
      ))}
      {asked && (
        <ConfirmDialog
          open
          onOpenChange={(next) => !next && setAsked(null)}
          title={text.acts[asked]}
          confirmLabel={text.acts[asked]}
          cancelLabel={en.common.cancel}
          tone={asked === "list" || asked === "restore" ? "primary" : "danger"}
          busy={isPending}
          onConfirm={() => mutate(asked)}
        >
          <p>{text.consequences[asked]}</p>
          {error && <ProblemNotice problem={error} />}
        </ConfirmDialog>
      )}
    </div>
  )
}
