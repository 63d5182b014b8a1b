import { standardSchemaResolver } from "@hookform/resolvers/standard-schema"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { changePassword } from "@zimmer/api/account"
import { asProblem } from "@zimmer/api/problem"
import { ownSignIns } from "@zimmer/api/signIns"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { Field } from "@zimmer/ui/Field"
import { PasswordInput } from "@zimmer/ui/PasswordInput"
import { toast } from "@zimmer/ui/Toast"
import { useForm } from "react-hook-form"
import * as z from "zod/mini"
import { me as text } from "@/messages/account"
import { en } from "@/messages/en"

const passwordForm = z.object({
  current: z.string().check(z.minLength(1, text.passwordMissing)),
  next: z.string().check(z.minLength(12, text.newPasswordShort), z.maxLength(128)),
})

/** Where the new password is written. */
export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient()
  const { register, handleSubmit, formState, setError } = useForm<z.infer<typeof passwordForm>>({
    resolver: standardSchemaResolver(passwordForm),
    defaultValues: { current: "", next: "" },
  })
  const { errors } = formState
  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ current, next }: z.infer<typeof passwordForm>) => changePassword(current, next),
    onSuccess: () => {
      toast.success(text.passwordChanged)
      void cache.invalidateQueries(ownSignIns)
      onClose()
    },
    onError: (thrown) => {
      if (asProblem(thrown).fields.includes("new")) {
        setError("next", { message: text.newPasswordCommon })
      }
    },
  })
  const labels = { showLabel: en.account.showPassword, hideLabel: en.account.hidePassword }
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !isPending && onClose()}
      title={text.changePassword}
      description={text.passwordLead}
      closeLabel={en.common.close}
    >
      <form noValidate onSubmit={handleSubmit((form) => mutate(form))} className="grid gap-4">
        <Field label={text.currentPassword} error={errors.current?.message}>
          {(ids) => <PasswordInput {...ids} {...register("current")} {...labels} />}
        </Field>
        <Field label={text.newPassword} hint={text.newPasswordHint} error={errors.next?.message}>
          {(ids) => (
            <PasswordInput {...ids} {...register("next")} {...labels} autoComplete="new-password" />
          )}
        </Field>
        {error && asProblem(error).code !== "validation-failed" && (
          <ProblemNotice problem={error} />
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{en.common.cancel}</Button>
          <Button variant="primary" type="submit" busy={isPending}>
            {text.savePassword}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
