import { onCodeNeeded } from "@zimmer/api/client"
import { asProblem } from "@zimmer/api/problem"
import { stepUp } from "@zimmer/api/secondFactor"
import { CodeField, tidiedCode } from "@zimmer/panel/CodeField"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { type FormEvent, useEffect, useState } from "react"
import { stepUp as text } from "@/messages/account"
import { en } from "@/messages/en"
import { sentenceOf } from "@/messages/problems"

type Answer = (isProven: boolean) => void

/** Asks for a code where an act needs one. Whatever needs it meanwhile waits for the same answer. */
export function StepUp() {
  const [waiting, setWaiting] = useState<Answer[]>([])
  useEffect(
    () => onCodeNeeded(() => new Promise((done) => setWaiting((others) => [...others, done]))),
    [],
  )
  const answer = (isProven: boolean) => {
    for (const done of waiting) done(isProven)
    setWaiting([])
  }
  return waiting.length > 0 ? <Question onAnswer={answer} /> : null
}

function Question({ onAnswer }: { onAnswer: Answer }) {
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
