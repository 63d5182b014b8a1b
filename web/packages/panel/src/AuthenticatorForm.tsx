import type { AuthenticatorSetup } from "@zimmer/api/account"
import { asProblem, type Problem } from "@zimmer/api/problem"
import { Button } from "@zimmer/ui/Button"
import { Code } from "@zimmer/ui/Code"
import { type FormEvent, useState } from "react"
import { CodeField, tidiedCode } from "./CodeField"
import { ProblemNotice } from "./ProblemNotice"
import { useWords } from "./words"

type Text = Record<
  "scan" | "scanAlt" | "type" | "copyKey" | "openApp" | "confirm" | "submit",
  string
>

type Props = {
  text: Text
  setup: AuthenticatorSetup
  /** Puts the secret in force with a code of it; the recovery codes. */
  activate: (code: string) => Promise<string[]>
  onDone: (recoveryCodes: string[]) => void
}

/** A secret for the phone as a picture and for typing, and the first code it shows. */
export function AuthenticatorForm({ text, setup, activate, onDone }: Props) {
  const words = useWords()
  const [typed, setTyped] = useState("")
  const [isShort, setShort] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const code = tidiedCode(typed)
    setShort(code.length !== 6)
    if (code.length !== 6 || isBusy) return
    setBusy(true)
    setProblem(null)
    try {
      onDone(await activate(code))
    } catch (error) {
      setProblem(asProblem(error))
      setTyped("")
    } finally {
      setBusy(false)
    }
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      <div className="grid justify-items-center gap-3">
        <p className="justify-self-start font-medium text-sm">{text.scan}</p>
        <img
          src={`data:image/svg+xml,${encodeURIComponent(setup.qr_svg)}`}
          alt={text.scanAlt}
          className="size-52 rounded-md border border-line"
        />
      </div>
      <div className="grid gap-1.5">
        <p className="font-medium text-sm">{text.type}</p>
        <Code text={grouped(setup.secret)} label={text.copyKey} copiedLabel={words.copied} />
        <a
          href={setup.otpauth_uri}
          className="inline-flex min-h-11 items-center text-lapis-ink text-sm underline underline-offset-4"
        >
          {text.openApp}
        </a>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      <CodeField
        label={text.confirm}
        error={isShort ? words.code.authenticator.short : undefined}
        kind="authenticator"
        value={typed}
        onChange={setTyped}
      />
      <Button variant="primary" type="submit" size="lg" block busy={isBusy}>
        {text.submit}
      </Button>
    </form>
  )
}

/** In fours, as one reads it from a screen to a phone. Apps take it with the spaces. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ")
}
