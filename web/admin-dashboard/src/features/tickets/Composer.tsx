import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Field } from "@zimmer/ui/Field"
import { Tab, Tabs } from "@zimmer/ui/Tabs"
import { Textarea } from "@zimmer/ui/Textarea"
import { toast } from "@zimmer/ui/Toast"
import { type FormEvent, useState } from "react"
import { addNote, reply, type TicketRecord, ticket } from "@/features/tickets/queries"
import { reasonAgainst } from "@/messages/problems"
import { tickets as text } from "@/messages/tickets"

const LONGEST = 5_000

/** Two letters in the making: one for the customer, one for the staff. Changing between them loses neither. */
export function Composer({ ticket: found }: { ticket: TicketRecord }) {
  const [tab, setTab] = useState("reply")
  const [answer, setAnswer] = useState("")
  const [note, setNote] = useState("")
  const against = (action: string) =>
    found.allowed_actions.find((one) => one.action === action)?.reason ?? null
  const { id, newest_message_id } = found
  return (
    <Card>
      <Tabs
        value={tab}
        onValueChange={setTab}
        label={text.conversation}
        tabs={[
          { value: "reply", label: text.reply },
          { value: "note", label: text.internal },
        ]}
      >
        <Tab value="reply">
          <Letter
            label={text.replyLabel}
            hint={text.replyHint}
            action={text.send}
            done={text.sent}
            against={against("reply")}
            draft={answer}
            onDraft={setAnswer}
            send={(body) => reply(id, body, newest_message_id)}
            id={id}
          />
        </Tab>
        <Tab value="note">
          <Letter
            label={text.noteLabel}
            hint={text.noteHint}
            action={text.addNote}
            done={text.noted}
            against={against("note")}
            draft={note}
            onDraft={setNote}
            send={(body) => addNote(id, body)}
            id={id}
          />
        </Tab>
      </Tabs>
    </Card>
  )
}

type LetterProps = {
  label: string
  hint: string
  action: string
  done: string
  /** The code of what stands against sending, if anything does. */
  against: string | null
  draft: string
  onDraft: (text: string) => void
  send: (body: string) => Promise<TicketRecord>
  id: number
}

/** A draft that leaves only when it has arrived; what is refused stays to be sent again. */
function Letter({ against, draft, onDraft, id, ...letter }: LetterProps) {
  const cache = useQueryClient()
  const [isEmpty, setEmpty] = useState(false)
  const { mutate, isPending, error } = useMutation({
    mutationFn: letter.send,
    onSuccess: (answered) => {
      onDraft("")
      toast.success(letter.done)
      cache.setQueryData(ticket(id).queryKey, answered)
      void cache.invalidateQueries({ queryKey: ["tickets", "list"] })
    },
    // Whatever came meanwhile is shown, and the draft stands below it.
    onError: () => cache.invalidateQueries({ queryKey: ticket(id).queryKey }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = draft.trim()
    setEmpty(body === "")
    if (body !== "" && !isPending) mutate(body)
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-4">
      <Field
        label={letter.label}
        hint={against ? reasonAgainst(against) : letter.hint}
        error={isEmpty ? text.empty_draft : undefined}
      >
        {(ids) => (
          <Textarea
            {...ids}
            rows={5}
            maxLength={LONGEST}
            disabled={against !== null}
            value={draft}
            onChange={(event) => onDraft(event.target.value)}
          />
        )}
      </Field>
      {error && <ProblemNotice problem={error} />}
      <Button
        type="submit"
        variant="primary"
        className="justify-self-end"
        disabled={against !== null}
        busy={isPending}
      >
        {letter.action}
      </Button>
    </form>
  )
}
