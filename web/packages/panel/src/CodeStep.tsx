import { type Owed, verifyCode } from "@zimmer/api/account"
import { Button } from "@zimmer/ui/Button"
import { type FormEvent, useState } from "react"
import { CodeField, tidiedCode } from "./CodeField"
import { ProblemNotice } from "./ProblemNotice"
import { useEntrance } from "./useEntrance"
import { useWords } from "./words"

const LENGTHS = { authenticator: 6, recovery: 10 }

type Props = {
  owed: Owed
  /** Begin again: another account, or the challenge has ended. */
  onBack: () => void
}

/** The second step of a sign-in: a code of the authenticator, or for the day the phone is gone a recovery code. */
export function CodeStep({ owed, onBack }: Props) {
  const { code: text } = useWords()
  const [kind, setKind] = useState<keyof typeof LENGTHS>("authenticator")
  const [typed, setTyped] = useState("")
  const [isShort, setShort] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const { enter, problem } = useEntrance((code: string) => verifyCode(owed.challenge, code))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const code = tidiedCode(typed)
    const tooShort = code.length !== LENGTHS[kind]
    setShort(tooShort)
    if (tooShort || isBusy) return
    setBusy(true)
    await enter(code)
    setBusy(false)
    setTyped("")
    setAttempt(attempt + 1) // and the next one can be typed at once
  }
  const change = () => {
    setKind(kind === "authenticator" ? "recovery" : "authenticator")
    setTyped("")
    setShort(false)
  }
  const isOver = problem?.code === "link-invalid"
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {problem && <ProblemNotice problem={problem} />}
      <CodeField
        key={attempt}
        label={text[kind].label}
        hint={text[kind].hint}
        error={isShort ? text[kind].short : undefined}
        kind={kind}
        value={typed}
        onChange={setTyped}
      />
      {!isOver && (
        <Button variant="primary" type="submit" size="lg" block busy={isBusy} busyLabel={text.busy}>
          {text.submit}
        </Button>
      )}
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant={isOver ? "primary" : "quiet"} onClick={onBack}>
          {text.back}
        </Button>
        {!isOver && (
          <Button variant="quiet" onClick={change}>
            {text[kind].other}
          </Button>
        )}
      </div>
    </form>
  )
}
