import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { Field } from "@zimmer/ui/Field"
import { Textarea } from "@zimmer/ui/Textarea"
import { type FormEvent, useState } from "react"
import { en } from "@/messages/en"

const LONGEST = 500

type Props = {
  title: string
  consequence: string
  asks: { label: string; hint: string; short: string; shortest: number }
  busy: boolean
  problem: unknown
  onClose: () => void
  onDecide: (reason: string) => void
}

/** Asks for the words that an act needs, its reason or its proof; what was written stays while it is refused. */
export function ReviewDialog({
  title,
  consequence,
  asks,
  busy,
  problem,
  onClose,
  onDecide,
}: Props) {
  const [reason, setReason] = useState("")
  const [isShort, setShort] = useState(false)
  const decide = (event: FormEvent) => {
    event.preventDefault()
    const written = reason.trim()
    setShort(written.length < asks.shortest)
    if (written.length >= asks.shortest) onDecide(written)
  }
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !busy && onClose()}
      title={title}
      description={consequence}
      closeLabel={en.common.close}
    >
      <form noValidate onSubmit={decide} className="grid gap-4">
        {problem ? <ProblemNotice problem={problem} /> : null}
        <Field label={asks.label} hint={asks.hint} error={isShort ? asks.short : undefined}>
          {(ids) => (
            <Textarea
              {...ids}
              rows={3}
              maxLength={LONGEST}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{en.common.cancel}</Button>
          <Button type="submit" variant="primary" busy={busy}>
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
