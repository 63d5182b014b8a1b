import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { register as openAccount } from "@zimmer/api/account"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { useEntrance } from "@zimmer/panel/useEntrance"
import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { useForm } from "react-hook-form"
import { DoorPage } from "@/features/account/DoorPage"
import { type SignUpForm, signUpForm } from "@/features/account/forms"
import { PasswordField } from "@/features/account/PasswordField"
import { passwordRefusal } from "@/features/account/refusals"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"

const text = fa.account
const FIELDS = ["name", "email", "phone_number", "password"] as const

/** Opening a customer's account, which signs in at once. */
export function SignUp() {
  const { register, handleSubmit, setError, formState } = useForm<SignUpForm>({
    resolver: standardSchemaResolver(signUpForm),
    defaultValues: { name: "", email: "", phone_number: "", password: "" },
  })
  const { enter, problem } = useEntrance(
    ({ phone_number, ...form }: SignUpForm) =>
      openAccount({ ...form, phone_number: phone_number || null }),
    (refused) => {
      if (refused.code === "email-taken") setError("email", { message: sentenceOf(refused) })
      for (const field of FIELDS) {
        if (refused.fields.includes(field)) setError(field, { message: text.refusedField })
      }
      const weak = passwordRefusal(refused)
      if (weak) setError("password", { message: weak })
    },
  )
  const { errors, isSubmitting } = formState
  return (
    <DoorPage door="signup" title={text.signUpTitle} lead={text.signUpLead}>
      <form noValidate onSubmit={handleSubmit(enter)} className="grid gap-5">
        {problem && problem.code !== "email-taken" && <ProblemNotice problem={problem} />}
        <Field label={text.name} error={errors.name?.message}>
          {(ids) => <Input {...ids} {...register("name")} autoComplete="name" />}
        </Field>
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
        <Field
          label={text.phone}
          optional={fa.common.optional}
          hint={text.phoneHint}
          error={errors.phone_number?.message}
        >
          {(ids) => (
            <Input
              {...ids}
              {...register("phone_number")}
              type="tel"
              dir="ltr"
              autoComplete="tel"
              inputMode="tel"
            />
          )}
        </Field>
        <PasswordField
          label={text.password}
          hint={text.passwordHint}
          error={errors.password?.message}
          autoComplete="new-password"
          field={register("password")}
        />
        <Button
          variant="primary"
          type="submit"
          size="lg"
          block
          busy={isSubmitting}
          busyLabel={text.signingUp}
        >
          {text.signUp}
        </Button>
      </form>
    </DoorPage>
  )
}
