import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Code } from "@zimmer/ui/Code"
import { Dialog } from "@zimmer/ui/Dialog"
import { Field } from "@zimmer/ui/Field"
import { moment, wholeNumber } from "@zimmer/ui/format"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import { type FormEvent, useState } from "react"
import { automation as one, rotateServiceToken } from "@/features/automations/queries"
import { automations as text } from "@/messages/automations"
import { en } from "@/messages/en"

const MOST_HOURS = 168

/** Makes a new token and shows it. It lives in this dialog alone: closed, it is gone. */
export function RotateDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const [hours, setHours] = useState("24")
  const [isWrong, setWrong] = useState(false)
  const cache = useQueryClient()
  const { mutate, data, isPending, error } = useMutation({
    mutationFn: (overlap: number) => rotateServiceToken(id, overlap),
    onSuccess: () => cache.invalidateQueries({ queryKey: one(id).queryKey }),
    gcTime: 0, // no copy of the token stays behind in the cache
  })
  const rotate = (event: FormEvent) => {
    event.preventDefault()
    const overlap = wholeNumber(hours)
    const isFit = overlap !== null && overlap <= MOST_HOURS
    setWrong(!isFit)
    if (isFit) mutate(overlap)
  }
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !isPending && onClose()}
      title={data ? text.rotated : text.rotate}
      description={data ? undefined : text.rotateLead}
      closeLabel={en.common.close}
    >
      {data ? (
        <div className="grid gap-4">
          <Notice tone="wait">
            <p>{text.rotatedLead}</p>
            <p>{text.rotatedEnds(moment(data.previous_expires_at))}</p>
          </Notice>
          <Code text={data.token} label={text.copyToken} copiedLabel={en.common.copied} />
          <Button className="justify-self-end" onClick={onClose}>
            {en.common.close}
          </Button>
        </div>
      ) : (
        <form noValidate onSubmit={rotate} className="grid gap-4">
          <Field label={text.overlap} error={isWrong ? text.overlapWrong : undefined}>
            {(ids) => (
              <Input
                {...ids}
                inputMode="numeric"
                value={hours}
                onChange={(event) => setHours(event.target.value)}
              />
            )}
          </Field>
          {error && <ProblemNotice problem={error} />}
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={onClose}>{en.common.cancel}</Button>
            <Button type="submit" variant="primary" busy={isPending}>
              {text.rotate}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
