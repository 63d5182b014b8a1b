import { useMutation } from "@tanstack/react-query"
import { CodeField, tidiedCode } from "@zimmer/panel/CodeField"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { PasswordInput } from "@zimmer/ui/PasswordInput"
import { type FormEvent, useState } from "react"
import { fa } from "@/messages/fa"
import { settings } from "@/messages/settings"

const text = settings.twofa

export type Proof = { password: string; code: string }

type Props = {
  lead: string
  asksPassword: boolean
  /** A code of the phone there is, or a recovery code. */
  asksCode: boolean
  submit: string
  prove: (proof: Proof) => Promise<void>
  onCancel: () => void
}

/** Who one is, before a second factor changes. */
export function ProvingForm({ lead, asksPassword, asksCode, submit, prove, onCancel }: Props) {
  const [password, setPassword] = useState("")
  const [code, setCode] = useState("")
  const [isTried, setTried] = useState(false)
  const { mutate, isPending, error } = useMutation({ mutationFn: prove })
  const passwordMissing = asksPassword && !password
  const codeShort = asksCode && ![6, 10].includes(tidiedCode(code).length)
  const send = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!passwordMissing && !codeShort) mutate({ password, code: tidiedCode(code) })
  }
  return (
    <form noValidate onSubmit={send} className="grid gap-5">
      <p className="text-ink-soft text-sm text-pretty">{lead}</p>
      {error && <ProblemNotice problem={error} />}
      {asksPassword && (
        <Field
          label={settings.password}
          error={isTried && passwordMissing ? fa.account.passwordMissing : undefined}
        >
          {(ids) => (
            <PasswordInput
              {...ids}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              showLabel={fa.account.showPassword}
              hideLabel={fa.account.hidePassword}
            />
          )}
        </Field>
      )}
      {asksCode && (
        <CodeField
          label={text.oldCode}
          error={isTried && codeShort ? text.oldCodeShort : undefined}
          kind="recovery"
          value={code}
          onChange={setCode}
        />
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>{settings.cancel}</Button>
        <Button variant="primary" type="submit" busy={isPending}>
          {submit}
        </Button>
      </div>
    </form>
  )
}
