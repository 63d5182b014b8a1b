import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation } from "@tanstack/react-query"
import { resetPassword } from "@zimmer/api/account"
import { asProblem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { useTokenOfLink } from "@zimmer/panel/useTokenOfLink"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Notice } from "@zimmer/ui/Notice"
import { Loading, Skeleton } from "@zimmer/ui/Skeleton"
import Link from "next/link"
import { useForm } from "react-hook-form"
import { DoorFrame } from "@/features/account/DoorFrame"
import { type ResetForm, resetForm } from "@/features/account/forms"
import { PasswordField } from "@/features/account/PasswordField"
import { passwordRefusal } from "@/features/account/refusals"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const text = fa.account

/** Setting a new password by the link of a mail. It signs nobody in. */
export function Reset() {
  const secret = useTokenOfLink()
  if (secret === undefined) return <Waiting />
  if (secret === null) return <Dead reason={text.linkMissing} />
  return <NewPassword key={secret} token={secret} />
}

function NewPassword({ token }: { token: string }) {
  const { register, handleSubmit, setError, formState } = useForm<ResetForm>({
    resolver: standardSchemaResolver(resetForm),
    defaultValues: { password: "" },
  })
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: ({ password }: ResetForm) => resetPassword({ token, password }),
    onError: (thrown) => {
      const refusal = passwordRefusal(thrown)
      if (refusal) setError("password", { message: refusal })
    },
  })
  if (isSuccess) return <Done />
  if (error && asProblem(error).code === "link-invalid") {
    return <Dead reason={sentenceOf(asProblem(error))} />
  }
  return (
    <DoorFrame title={text.resetTitle} lead={text.resetLead}>
      <Card padding="lg">
        <form noValidate onSubmit={handleSubmit((form) => mutate(form))} className="grid gap-5">
          {error && !passwordRefusal(error) && <ProblemNotice problem={error} />}
          <PasswordField
            label={text.newPassword}
            hint={text.passwordHint}
            error={formState.errors.password?.message}
            autoComplete="new-password"
            field={register("password")}
          />
          <Button
            variant="primary"
            type="submit"
            size="lg"
            block
            busy={isPending}
            busyLabel={text.resetSaving}
          >
            {text.resetSave}
          </Button>
        </form>
      </Card>
    </DoorFrame>
  )
}

function Done() {
  return (
    <DoorFrame title={text.resetTitle}>
      <Notice
        tone="good"
        live="polite"
        title={text.resetDone}
        action={
          <ButtonLink as={Link} variant="primary" href="/login/">
            {text.signIn}
          </ButtonLink>
        }
      >
        {text.resetDoneLead}
      </Notice>
    </DoorFrame>
  )
}

function Dead({ reason }: { reason: string }) {
  return (
    <DoorFrame title={text.resetTitle}>
      <Notice
        tone="bad"
        live="assertive"
        title={text.linkTitle}
        action={
          <ButtonLink as={Link} variant="secondary" href="/forgot-password/">
            {text.newLink}
          </ButtonLink>
        }
      >
        {reason}
      </Notice>
    </DoorFrame>
  )
}

function Waiting() {
  return (
    <DoorFrame title={text.resetTitle}>
      <Loading label={fa.common.loading}>
        <Skeleton className="h-48 rounded-lg" />
      </Loading>
    </DoorFrame>
  )
}
