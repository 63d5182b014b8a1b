import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { login, type Owed } from "@zimmer/api/account"
import { Problem } from "@zimmer/api/problem"
import { useSession } from "@zimmer/api/useSession"
import { CodeStep } from "@zimmer/panel/CodeStep"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { useEntrance } from "@zimmer/panel/useEntrance"
import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import Link from "next/link"
import { useState } from "react"
import { useForm } from "react-hook-form"
import { DoorPage } from "@/features/account/DoorPage"
import { type SignInForm, signInForm } from "@/features/account/forms"
import { PasswordField } from "@/features/account/PasswordField"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const text = fa.account
const ENDED = new Problem("token-expired", 401)

/** The customers' door. */
export function SignIn() {
  const [owed, setOwed] = useState<Owed | null>(null)
  if (!owed) return <Password onOwed={setOwed} />
  return (
    <DoorPage door="login" title={text.codeTitle} lead={text.codeLead}>
      <CodeStep owed={owed} onBack={() => setOwed(null)} />
    </DoorPage>
  )
}

function Password({ onOwed }: { onOwed: (owed: Owed) => void }) {
  const { enter, problem } = useEntrance(async (form: SignInForm) => {
    const owed = await login(form)
    if (owed?.what === "enrolment") throw new Problem("twofa-mandatory", 409) // staff, whose door is elsewhere
    if (owed) onOwed(owed)
    return owed === null
  })
  const { register, handleSubmit, formState } = useForm<SignInForm>({
    resolver: standardSchemaResolver(signInForm),
    defaultValues: { email: "", password: "" },
  })
  const session = useSession()
  const hasEnded = session.state === "visitor" && session.hasEnded
  const { errors, isSubmitting } = formState
  return (
    <DoorPage door="login" title={text.signInTitle} lead={text.signInLead}>
      <form noValidate onSubmit={handleSubmit(enter)} className="grid gap-5">
        {hasEnded && !problem && <Notice tone="info">{sentenceOf(ENDED)}</Notice>}
        {problem && <ProblemNotice problem={problem} />}
        <Field label={text.email} error={errors.email?.message}>
          {(ids) => (
            <Input
              {...ids}
              {...register("email")}
              type="email"
              dir="ltr"
              autoComplete="username"
              inputMode="email"
            />
          )}
        </Field>
        <div className="grid gap-1">
          <PasswordField
            label={text.password}
            error={errors.password?.message}
            autoComplete="current-password"
            field={register("password")}
          />
          <Link
            href="/forgot-password/"
            className="inline-flex min-h-11 items-center justify-self-start text-lapis-ink text-sm underline underline-offset-4"
          >
            {text.forgot}
          </Link>
        </div>
        <Button
          variant="primary"
          type="submit"
          size="lg"
          block
          busy={isSubmitting}
          busyLabel={text.signingIn}
        >
          {text.signIn}
        </Button>
      </form>
    </DoorPage>
  )
}
