import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { acceptInvitation } from "@zimmer/api/account"
import { asProblem, type Problem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { useTokenOfLink } from "@zimmer/panel/useTokenOfLink"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import { PasswordInput } from "@zimmer/ui/PasswordInput"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { useRouter } from "next/router"
import { useState } from "react"
import { useForm } from "react-hook-form"
import * as z from "zod/mini"
import { DoorPage } from "@/features/account/DoorPage"
import { carry } from "@/features/account/waiting"
import { me, invitation as text } from "@/messages/account"
import { en } from "@/messages/en"

const acceptanceForm = z.object({
  name: z.string().check(z.trim(), z.minLength(1, text.nameMissing), z.maxLength(120)),
  password: z
    .string()
    .check(z.minLength(12, text.passwordShort), z.maxLength(128, text.passwordLong)),
})

/** Joining the staff by the link of an invitation. */
export function Acceptance() {
  const token = useTokenOfLink()
  return (
    <DoorPage title={text.title} lead={text.lead}>
      {token === undefined && (
        <Loading label={en.common.loading}>
          <Skeleton className="h-48" />
        </Loading>
      )}
      {token === null && <Gone />}
      {token && <AcceptanceForm token={token} />}
    </DoorPage>
  )
}

function AcceptanceForm({ token }: { token: string }) {
  const router = useRouter()
  const [problem, setProblem] = useState<Problem | null>(null)
  const { register, handleSubmit, formState, setError } = useForm<z.infer<typeof acceptanceForm>>({
    resolver: standardSchemaResolver(acceptanceForm),
    defaultValues: { name: "", password: "" },
  })
  const { errors, isSubmitting } = formState
  const join = handleSubmit(async (form) => {
    setProblem(null)
    try {
      const owed = await acceptInvitation(token, form)
      if (owed) carry(owed.challenge)
      await router.replace(owed ? "/enrol-2fa/" : "/")
    } catch (error) {
      const refused = asProblem(error)
      const isOfPassword = refused.fields.includes("password")
      if (isOfPassword) setError("password", { message: me.newPasswordCommon })
      setProblem(isOfPassword ? null : refused)
    }
  })
  if (problem?.code === "link-invalid") return <Gone />
  return (
    <form noValidate onSubmit={join} className="grid gap-5">
      {problem && <ProblemNotice problem={problem} />}
      <Field label={text.name} error={errors.name?.message}>
        {(ids) => <Input {...ids} {...register("name")} autoComplete="name" dir="auto" />}
      </Field>
      <Field label={text.password} hint={text.passwordHint} error={errors.password?.message}>
        {(ids) => (
          <PasswordInput
            {...ids}
            {...register("password")}
            autoComplete="new-password"
            showLabel={en.account.showPassword}
            hideLabel={en.account.hidePassword}
          />
        )}
      </Field>
      <Button
        variant="primary"
        type="submit"
        size="lg"
        block
        busy={isSubmitting}
        busyLabel={text.accepting}
      >
        {text.accept}
      </Button>
    </form>
  )
}

function Gone() {
  return (
    <Notice
      tone="bad"
      action={
        <ButtonLink as={Link} href="/login/">
          {text.signIn}
        </ButtonLink>
      }
    >
      {text.gone}
    </Notice>
  )
}
