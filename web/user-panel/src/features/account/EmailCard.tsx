import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation } from "@tanstack/react-query"
import { changeProfile } from "@zimmer/api/account"
import { asProblem } from "@zimmer/api/problem"
import type { Me } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Badge } from "@zimmer/ui/Badge"
import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import { useState } from "react"
import { useForm } from "react-hook-form"
import { type EmailForm, emailForm } from "@/features/account/forms"
import { PasswordField } from "@/features/account/PasswordField"
import { SettingsCard } from "@/features/account/SettingsCard"
import { Unverified } from "@/features/account/Unverified"
import { WithAddress } from "@/features/account/WithAddress"
import { sentenceOf } from "@/messages/problems"
import { settings as text } from "@/messages/settings"

/** The address of the account. Another one counts once the link that goes there is opened. */
export function EmailCard({ user }: { user: Me }) {
  const [isChanging, setChanging] = useState(false)
  const [asked, setAsked] = useState<string | null>(null)
  const isWaiting = asked !== null && asked !== user.email
  const mark = user.email_verified_at ? (
    <Badge tone="good">{text.emailVerified}</Badge>
  ) : (
    <Badge tone="wait">{text.emailUnverified}</Badge>
  )
  return (
    <SettingsCard title={text.email} mark={mark}>
      <p className="break-all">
        <bdi dir="ltr">{user.email}</bdi>
      </p>
      <Unverified user={user} />
      {isWaiting && (
        <Notice
          tone="wait"
          live="polite"
          title={<WithAddress sentence={text.emailAsked} email={asked} />}
        >
          {text.emailAskedLead}
        </Notice>
      )}
      {isChanging ? (
        <NewEmail
          current={user.email}
          onCancel={() => setChanging(false)}
          onAsked={(email) => {
            setAsked(email)
            setChanging(false)
          }}
        />
      ) : (
        <Button className="justify-self-start" onClick={() => setChanging(true)}>
          {text.emailChange}
        </Button>
      )}
    </SettingsCard>
  )
}

type Props = { current: string; onCancel: () => void; onAsked: (email: string) => void }

function NewEmail({ current, onCancel, onAsked }: Props) {
  const { register, handleSubmit, setError, formState } = useForm<EmailForm>({
    resolver: standardSchemaResolver(emailForm),
    defaultValues: { email: "", password: "" },
  })
  const { mutate, isPending, error } = useMutation({
    mutationFn: (form: EmailForm) => changeProfile(form),
    onSuccess: (confirmAt) => onAsked(confirmAt ?? current),
    onError: (thrown) => {
      const problem = asProblem(thrown)
      if (problem.code === "password-wrong") {
        setError("password", { message: sentenceOf(problem) })
      }
    },
  })
  const ask = (form: EmailForm) => {
    if (form.email.toLowerCase() === current) setError("email", { message: text.emailSame })
    else mutate(form)
  }
  const { errors } = formState
  return (
    <form noValidate onSubmit={handleSubmit(ask)} className="grid gap-5">
      <p className="text-ink-soft text-sm">{text.emailLead}</p>
      {error && asProblem(error).code !== "password-wrong" && <ProblemNotice problem={error} />}
      <Field label={text.emailNew} error={errors.email?.message}>
        {(ids) => (
          <Input
            {...ids}
            {...register("email")}
            type="email"
            dir="ltr"
            autoComplete="email"
            inputMode="email"
          />
        )}
      </Field>
      <PasswordField
        label={text.password}
        error={errors.password?.message}
        autoComplete="current-password"
        field={register("password")}
      />
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" type="submit" busy={isPending}>
          {text.emailSend}
        </Button>
        <Button variant="quiet" onClick={onCancel}>
          {text.cancel}
        </Button>
      </div>
    </form>
  )
}
