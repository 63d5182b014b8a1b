import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { login, type Owed } from "@zimmer/api/account"
import { Problem } from "@zimmer/api/problem"
import { useSession } from "@zimmer/api/useSession"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { useEntrance } from "@zimmer/panel/useEntrance"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import { PasswordInput } from "@zimmer/ui/PasswordInput"
import dynamic from "next/dynamic"
import Link from "next/link"
import { useRouter } from "next/router"
import { useState } from "react"
import { useForm } from "react-hook-form"
import * as z from "zod/mini"
import { DoorPage } from "@/features/account/DoorPage"
import { carry } from "@/features/account/waiting"
import { en } from "@/messages/en"
import { sentenceOf } from "@/messages/problems"

const CodeStep = dynamic(() => import("@zimmer/panel/CodeStep").then((part) => part.CodeStep))

const text = en.account
const ENDED = new Problem("token-expired", 401)

const signInForm = z.object({
  email: z.string().check(z.trim(), z.regex(/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/, text.emailWrong)),
  password: z.string().check(z.minLength(1, text.passwordMissing)),
})

/** The staff's door. Nobody opens an account here: a manager invites them. */
export function SignIn() {
  const [owed, setOwed] = useState<Owed | null>(null)
  return (
    <DoorPage title={text.heading} lead={owed ? text.codeLead : text.lead}>
      {owed ? (
        <CodeStep owed={owed} onBack={() => setOwed(null)} />
      ) : (
        <SignInForm onOwed={setOwed} />
      )}
    </DoorPage>
  )
}

function SignInForm({ onOwed }: { onOwed: (owed: Owed) => void }) {
  const router = useRouter()
  const { enter, problem } = useEntrance(async (form: z.infer<typeof signInForm>) => {
    const owed = await login(form)
    if (owed?.what === "code") onOwed(owed)
    if (owed?.what === "enrolment") {
      carry(owed.challenge)
      await router.push("/enrol-2fa/")
    }
    return owed === null
  })
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
