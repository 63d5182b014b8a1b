import type { AuthenticatorSetup } from "@zimmer/api/account"
import { asProblem, type Problem } from "@zimmer/api/problem"
import { freshRecoveryCodes, setUp } from "@zimmer/api/secondFactor"
import { CodeField, tidiedCode } from "@zimmer/panel/CodeField"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { PasswordInput } from "@zimmer/ui/PasswordInput"
import { type FormEvent, useState } from "react"
import { me as text } from "@/messages/account"
import { en } from "@/messages/en"

const isCode = (typed: string) => [6, 10].includes(tidiedCode(typed).length)

type ReplaceProps = {
  needsCode: boolean
  onSetUp: (setup: AuthenticatorSetup) => void
  onCancel: () => void
}

/** Who one is, before another phone takes the place of this one. */
export function ReplaceForm({ needsCode, onSetUp, onCancel }: ReplaceProps) {
  const [password, setPassword] = useState("")
  const [code, setCode] = useState("")
  const isComplete = password !== "" && (!needsCode || isCode(code))
  const proving = useProving(isComplete, async () =>
    onSetUp(await setUp(password, needsCode ? tidiedCode(code) : undefined)),
  )
  return (
    <form noValidate onSubmit={proving.submit} className="grid gap-4">
      {needsCode && <p className="text-ink-soft text-sm">{text.replaceLead}</p>}
      <Field
        label={text.password}
        error={proving.isTried && !password ? text.passwordMissing : undefined}
      >
        {(ids) => (
          <PasswordInput
            {...ids}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            showLabel={en.account.showPassword}
            hideLabel={en.account.hidePassword}
          />
        )}
      </Field>
      {needsCode && <OldCode value={code} onChange={setCode} isTried={proving.isTried} />}
      {proving.problem && <ProblemNotice problem={proving.problem} />}
      <Choice label={text.next} isBusy={proving.isBusy} onCancel={onCancel} />
    </form>
  )
}

type FreshProps = { onCodes: (codes: string[]) => void; onCancel: () => void }

/** A code, for ten others. */
export function FreshCodesForm({ onCodes, onCancel }: FreshProps) {
  const [code, setCode] = useState("")
  const proving = useProving(isCode(code), async () =>
    onCodes(await freshRecoveryCodes(tidiedCode(code))),
  )
  return (
    <form noValidate onSubmit={proving.submit} className="grid gap-4">
      <p className="text-ink-soft text-sm">{text.anewLead}</p>
      <OldCode value={code} onChange={setCode} isTried={proving.isTried} />
      {proving.problem && <ProblemNotice problem={proving.problem} />}
      <Choice label={text.makeCodes} isBusy={proving.isBusy} onCancel={onCancel} />
    </form>
  )
}

type OldCodeProps = { value: string; onChange: (value: string) => void; isTried: boolean }

function OldCode({ value, onChange, isTried }: OldCodeProps) {
  return (
    <CodeField
      label={text.oldCode}
      error={isTried && !isCode(value) ? text.oldCodeShort : undefined}
      kind="recovery"
      value={value}
      onChange={onChange}
    />
  )
}

type ChoiceProps = { label: string; isBusy: boolean; onCancel: () => void }

function Choice({ label, isBusy, onCancel }: ChoiceProps) {
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <Button onClick={onCancel}>{en.common.cancel}</Button>
      <Button variant="primary" type="submit" busy={isBusy}>
        {label}
      </Button>
    </div>
  )
}

function useProving(isComplete: boolean, prove: () => Promise<void>) {
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!isComplete || isBusy) return
    setBusy(true)
    setProblem(null)
    try {
      await prove()
    } catch (error) {
      setProblem(asProblem(error))
      setBusy(false)
    }
  }
  return { submit, isTried, isBusy, problem }
}
