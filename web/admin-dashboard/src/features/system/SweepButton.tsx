import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { count } from "@zimmer/ui/format"
import { toast } from "@zimmer/ui/Toast"
import { sweepNow } from "@/features/system/queries"
import { system as text } from "@/messages/system"

/** Does now what the schedule does every minute. */
export function SweepButton() {
  const cache = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: sweepNow,
    onSuccess: ({ published, requeued, asked, failed }) =>
      failed.length > 0
        ? toast.error(text.sweepFailed(failed.join(", ")))
        : toast.success(text.swept(count(published), count(requeued), count(asked))),
    onSettled: () => cache.invalidateQueries({ queryKey: ["system"] }),
  })
  return (
    <div className="grid gap-2">
      <Button busy={isPending} onClick={() => mutate()}>
        {text.runSweep}
      </Button>
      {error && <ProblemNotice problem={error} />}
    </div>
  )
}
