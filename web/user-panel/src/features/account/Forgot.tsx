import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation } from "@tanstack/react-query"
import { forgotPassword } from "@zimmer/api/account"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button, ButtonLink } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import Link from "next/link"
import { useForm } from "react-hook-form"
import { DoorFrame } from "@/features/account/DoorFrame"
import { type ForgotForm, forgotForm } from "@/features/account/forms"
import { WithAddress } from "@/features/account/WithAddress"
import { fa } from "@/messages/fa"

const text = fa.account

/** Asking for a link to a new password. It never says whether an address has an account. */
export function Forgot() {
  const {
    mutate,
    isPending,
    error,
    data: sentTo,
    reset,
  } = useMutation({
    mutationFn: async ({ email }: ForgotForm) => {
      await forgotPassword(email)
      return email
    },
  })
  const { register, handleSubmit, formState } = useForm<ForgotForm>({
    resolver: standardSchemaResolver(forgotForm),
    defaultValues: { email: "" },
  })
  return (
    <DoorFrame title={text.forgotTitle} lead={sentTo ? undefined : text.forgotLead}>
      {sentTo ? (
        <Notice
          tone="good"
          live="polite"
          title={text.forgotSent}
          action={
            <Button variant="secondary" onClick={reset}>
              {text.forgotOther}
            </Button>
          }
        >
          <WithAddress sentence={text.forgotSentLead} email={sentTo} />
        </Notice>
      ) : (
        <Card padding="lg">
          <form noValidate onSubmit={handleSubmit((form) => mutate(form))} className="grid gap-5">
            {error && <ProblemNotice problem={error} />}
            <Field label={text.email} error={formState.errors.email?.message}>
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
            <Button variant="primary" type="submit" size="lg" block busy={isPending}>
              {text.forgotSend}
            </Button>
          </form>
        </Card>
      )}
      <ButtonLink as={Link} variant="quiet" href="/login/" className="justify-self-center">
        {text.backToSignIn}
      </ButtonLink>
    </DoorFrame>
  )
}
