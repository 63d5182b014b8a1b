import { useMutation, useQueryClient } from "@tanstack/react-query"
import { cancelPayment } from "@zimmer/api/payments"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import { useState } from "react"
import { finish } from "@/features/purchase/unfinished"
import { fa } from "@/messages/fa"

const text = fa.returned

/** Giving up a purchase that is not paid, after saying what that means. */
export function Cancel({ number }: { number: string }) {
  const cache = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const canceling = useMutation({
    mutationFn: () => cancelPayment(number),
    onSuccess: () => {
      finish(number)
      setAsking(false)
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["payments"] }),
  })
  return (
    <>
      <Button variant="quiet" block onClick={() => setAsking(true)}>
        {text.cancel}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={text.cancelTitle}
        confirmLabel={text.cancelYes}
        cancelLabel={text.cancelNo}
        tone="danger"
        busy={canceling.isPending}
        onConfirm={() => canceling.mutate()}
      >
        <p>{text.cancelLead}</p>
        {canceling.isError && <ProblemNotice problem={canceling.error} />}
      </ConfirmDialog>
    </>
  )
}
