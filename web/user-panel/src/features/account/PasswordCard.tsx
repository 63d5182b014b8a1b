import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { changePassword } from "@zimmer/api/account"
import { asProblem } from "@zimmer/api/problem"
import { ownSignIns } from "@zimmer/api/signIns"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Notice } from "@zimmer/ui/Notice"
import { useForm } from "react-hook-form"
import { type PasswordForm, passwordForm } from "@/features/account/forms"
import { PasswordField } from "@/features/account/PasswordField"
import { passwordRefusal } from "@/features/account/refusals"
import { SettingsCard } from "@/features/account/SettingsCard"
import { fa } from "@/messages/fa"
import { sentenceOf } from "@/messages/problems"
import { settings as text } from "@/messages/settings"

/** Another password: the other devices are signed out, this one stays. */
export function PasswordCard() {
  const cache = useQueryClient()
  const { register, handleSubmit, setError, reset, formState } = useForm<PasswordForm>({
    resolver: standardSchemaResolver(passwordForm),
    defaultValues: { current: "", new: "" },
  })
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (form: PasswordForm) => changePassword(form.current, form.new),
    onSuccess: () => {
      reset()
      void cache.invalidateQueries({ queryKey: ownSignIns.queryKey })
    },
    onError: (thrown) => {
      const problem = asProblem(thrown)
      const refusal = passwordRefusal(thrown)
      if (problem.code === "password-wrong") setError("current", { message: sentenceOf(problem) })
      if (refusal) setError("new", { message: refusal })
    },
  })
  const { errors } = formState
  const isElsewhere = error && asProblem(error).code !== "password-wrong" && !passwordRefusal(error)
  return (
    <SettingsCard title={text.passwordTitle} lead={text.passwordLead}>
      <form noValidate onSubmit={handleSubmit((form) => mutate(form))} className="grid gap-5">
        {isElsewhere && <ProblemNotice problem={error} />}
        <PasswordField
          label={text.password}
          error={errors.current?.message}
          autoComplete="current-password"
          field={register("current")}
        />
        <PasswordField
          label={text.passwordNew}
          hint={fa.account.passwordHint}
          error={errors.new?.message}
          autoComplete="new-password"
          field={register("new")}
        />
        {isSuccess && !formState.isDirty && (
          <Notice tone="good" live="polite">
            {text.passwordSaved}
          </Notice>
        )}
        <Button
          variant="primary"
          type="submit"
          className="justify-self-start"
          busy={isPending}
          busyLabel={text.saving}
        >
          {text.passwordSave}
        </Button>
      </form>
    </SettingsCard>
  )
}
