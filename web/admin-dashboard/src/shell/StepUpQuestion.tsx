import { asProblem } from "@zimmer/api/problem"
import { stepUp } from "@zimmer/api/secondFactor"
import { CodeField, tidiedCode } from "@zimmer/panel/CodeField"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { type FormEvent, useState } from "react"
import { stepUp as text } from "@/messages/account"
import { en } from "@/messages/en"
import { sentenceOf } from "@/messages/problems"

export type Answer = (isProven: boolean) => void

/** The dialog in which the code is typed. */
export function StepUpQuestion({ onAnswer }: { onAnswer: Answer }) {
  const [typed, setTyped] = useState("")
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation() // React hands it on to the form whose act needs the code
    const code = tidiedCode(typed)
    if (code.length !== 6) return setError(text.short)
    if (isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      await stepUp(code)
      onAnswer(true)
    } catch (thrown) {
      setError(sentenceOf(asProblem(thrown)))
      setTyped("")
      setBusy(false)
      setAttempt(attempt + 1)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onAnswer(false)}
      title={text.title}
      description={text.lead}
      closeLabel={en.common.close}
    >
      <form noValidate onSubmit={submit} className="grid gap-4">
        <CodeField
          key={attempt}
          label={text.label}
          hint={text.hint}
          error={error}
          kind="authenticator"
          value={typed}
          onChange={setTyped}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => onAnswer(false)}>{en.common.cancel}</Button>
          <Button variant="primary" type="submit" busy={isBusy}>
            {text.confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
