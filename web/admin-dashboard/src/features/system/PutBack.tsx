import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import { count } from "@zimmer/ui/format"
import { toast } from "@zimmer/ui/Toast"
import { type QueueName, redrive } from "@/features/system/queries"
import { en } from "@/messages/en"
import { system as text } from "@/messages/system"

/** Which letters: those with these ids, or all of the queue. */
export type Wanted = { queue: QueueName; ids: string[] | null }

/** Asks before dead letters are worked on again. */
export function PutBack({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  const cache = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => redrive(wanted.queue, wanted.ids),
    onSuccess: ({ moved }) => {
      if (moved > 0) toast.success(text.moved(count(moved)))
      else toast(text.movedNone)
      onClose()
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["system", "status"] }),
  })
  const queue = text.queues[wanted.queue]
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={wanted.ids ? text.putOneTitle : text.putAllTitle(queue)}
      confirmLabel={wanted.ids ? text.putBack : text.putAllBack(queue)}
      cancelLabel={en.common.cancel}
      tone="primary"
      busy={isPending}
      onConfirm={() => mutate()}
    >
      <div className="grid gap-3">
        <p>{text.putBackLead[wanted.queue]}</p>
        {error && <ProblemNotice problem={error} />}
      </div>
    </ConfirmDialog>
  )
}
