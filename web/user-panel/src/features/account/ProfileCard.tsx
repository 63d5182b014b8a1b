import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation } from "@tanstack/react-query"
import { changeProfile } from "@zimmer/api/account"
import { asProblem } from "@zimmer/api/problem"
import type { Me } from "@zimmer/api/session"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import { useForm } from "react-hook-form"
import { type ProfileForm, profileForm } from "@/features/account/forms"
import { PasswordField } from "@/features/account/PasswordField"
import { dialled } from "@/features/account/phone"
import { SettingsCard } from "@/features/account/SettingsCard"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"
import { settings as text } from "@/messages/settings"

/** Name and number. Another number needs the password: it is asked for once the number changes. */
export function ProfileCard({ user }: { user: Me }) {
  const here = { name: user.name, phone_number: dialled(user.phone_number), password: "" }
  const { register, handleSubmit, setError, watch, reset, formState } = useForm<ProfileForm>({
    resolver: standardSchemaResolver(profileForm),
    defaultValues: here,
  })
  const numberChanges = watch("phone_number") !== here.phone_number
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: ({ name, phone_number, password }: ProfileForm) =>
      changeProfile({
        name,
        ...(phone_number !== here.phone_number && { phone_number: phone_number || null, password }),
      }),
    onSuccess: (_, saved) => {
      reset({ ...saved, password: "" })
    },
    onError: (thrown) => {
      const problem = asProblem(thrown)
      if (problem.code === "password-wrong") {
        setError("password", { message: sentenceOf(problem) })
      }
    },
  })
  const save = (form: ProfileForm) => {
    const isOther = form.phone_number !== here.phone_number
    if (isOther && !form.password) {
      setError("password", { message: fa.account.passwordMissing }, { shouldFocus: true })
    } else mutate(form)
  }
  const { errors } = formState
  return (
    <SettingsCard title={text.profile}>
      <form noValidate onSubmit={handleSubmit(save)} className="grid gap-5">
        {error && asProblem(error).code !== "password-wrong" && <ProblemNotice problem={error} />}
        <Field label={text.name} error={errors.name?.message}>
          {(ids) => <Input {...ids} {...register("name")} autoComplete="name" />}
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
        {numberChanges && (
          <PasswordField
            label={text.password}
            hint={text.passwordWhy}
            error={errors.password?.message}
            autoComplete="current-password"
            field={register("password")}
          />
        )}
        {isSuccess && !formState.isDirty && (
          <Notice tone="good" live="polite">
            {text.profileSaved}
          </Notice>
        )}
        <Button
          variant="primary"
          type="submit"
          className="justify-self-start"
          busy={isPending}
          busyLabel={text.saving}
        >
          {text.save}
        </Button>
      </form>
    </SettingsCard>
  )
}
