import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { login } from "@zimmer/api/account"
import { Problem } from "@zimmer/api/problem"
import { useSession } from "@zimmer/api/useSession"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { useEntrance } from "@zimmer/panel/useEntrance"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import { PasswordInput } from "@zimmer/ui/PasswordInput"
import { Shamseh } from "@zimmer/ui/Shamseh"
import Link from "next/link"
import { useForm } from "react-hook-form"
import * as z from "zod/mini"
import { en } from "@/messages/en"
import { sentenceOf } from "@/messages/problems"

const text = en.account
const ENDED = new Problem("token-expired", 401)

const signInForm = z.object({
  email: z.string().check(z.trim(), z.regex(/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/, text.emailWrong)),
  password: z.string().check(z.minLength(1, text.passwordMissing)),
})

/** The staff's door. Nobody opens an account here: a manager makes them. */
export function SignIn() {
  return (
    <div className="mx-auto grid max-w-md gap-6 sm:pt-8">
      <div className="text-center">
        <Shamseh size={48} variant="line" className="mx-auto mb-3 text-lapis" />
        <h1 className="font-bold text-xl">{text.heading}</h1>
        <p className="mt-1 text-ink-soft">{text.lead}</p>
      </div>
      <Card padding="lg">
        <SignInForm />
      </Card>
    </div>
  )
}

function SignInForm() {
  const { enter, problem } = useEntrance(login)
  const { register, handleSubmit, formState } = useForm<z.infer<typeof signInForm>>({
    resolver: standardSchemaResolver(signInForm),
    defaultValues: { email: "", password: "" },
  })
  const session = useSession()
  const { errors, isSubmitting } = formState
  if (session.state === "member" && !isSubmitting) return <AlreadyIn name={session.user.name} />
  const hasEnded = session.state === "visitor" && session.hasEnded
  return (
    <form noValidate onSubmit={handleSubmit(enter)} className="grid gap-5">
      {hasEnded && !problem && <Notice tone="info">{sentenceOf(ENDED)}</Notice>}
      {problem && <ProblemNotice problem={problem} />}
      <Field label={text.email} error={errors.email?.message}>
        {(ids) => <Input {...ids} {...register("email")} type="email" autoComplete="username" />}
      </Field>
      <Field label={text.password} error={errors.password?.message}>
        {(ids) => (
          <PasswordInput
            {...ids}
            {...register("password")}
            showLabel={text.showPassword}
            hideLabel={text.hidePassword}
          />
        )}
      </Field>
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
  )
}

function AlreadyIn({ name }: { name: string }) {
  return (
    <Notice
      tone="info"
      action={
        <ButtonLink as={Link} href="/">
          {text.goOn}
        </ButtonLink>
      }
    >
      {text.alreadyIn(name)}
    </Notice>
  )
}
